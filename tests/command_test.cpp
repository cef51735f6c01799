#include "common/command.hpp"

#include <catch2/catch.hpp>

#include "common/text.hpp"

namespace home_energy {
namespace {

struct Row {
  const char* command;
  const char* text;
  TextForm form;
};

Charging charging_of(const ParsedCommand& parsed) {
  return std::get<ChargeCommand>(parsed.command.value()).charging;
}

std::string reason_of(std::string_view command, std::string_view text, TextForm form = TextForm::bare) {
  const auto parsed = parse_command(command, text, form);
  return parsed.command ? "accepted" : parsed.command.error().reason;
}

}  // namespace

TEST_CASE("charging is read from bare words, JSON and forms") {
  const auto row =
      GENERATE(Row{"charge", "on", TextForm::bare}, Row{"charge", "ON", TextForm::bare},
               Row{"charge", " On\r\n", TextForm::bare}, Row{"charge", R"({"charging":"on"})", TextForm::bare},
               Row{"charge", R"({"charging":"on"})", TextForm::form},
               Row{"charge", R"( {"x":[{}],"charging":"on"} )", TextForm::form},
               Row{"charge", R"({"chargin":"on"})", TextForm::form}, Row{"charge", "charging=on", TextForm::form},
               Row{"charge", "a=b&charging=%6Fn+", TextForm::form});
  CAPTURE(row.text);
  CHECK(charging_of(parse_command(row.command, row.text, row.form)) == Charging::on);
}

TEST_CASE("discharging is on or a pressed button") {
  for (const auto* text : {"on", "PRESS", "press", R"({"discharging":"on"})"}) {
    const auto parsed = parse_command("discharge", text, TextForm::bare);
    REQUIRE(parsed.command);
    CHECK(std::holds_alternative<DischargeCommand>(*parsed.command));
  }
  CHECK(reason_of("discharge", "off") == R"(discharging must be "on", got "off")");
}

TEST_CASE("a charge limit is a percentage to two decimals") {
  const auto limit = [](const char* text, TextForm form) {
    return std::get<ChargeLimitCommand>(parse_command("charge_limit", text, form).command.value()).limit;
  };
  CHECK(limit("80", TextForm::bare) == Percent(8'000));
  CHECK(limit("20.0\n", TextForm::bare) == Percent(2'000));
  CHECK(limit("8e1", TextForm::bare) == Percent(8'000));
  CHECK(limit(R"({"charge_limit":99.995})", TextForm::form) == Percent(10'000));
  CHECK(limit("charge_limit=55.5", TextForm::form) == Percent(5'550));
  for (const auto* text : {"19.99", "100.01", "nan", "inf", "1e999", "-80", "80%", "0x50", "", "[80]", "{}", "\"80\"",
                           R"({"charge_limit":"80"})", R"({"charge_limit":null})", R"({"charge_limit":1e999})"}) {
    CAPTURE(text);
    CHECK(reason_of("charge_limit", text).find("charge_limit") == 0);
  }
}

TEST_CASE("what is wrong is told with the field, what is legal and what came") {
  CHECK(reason_of("charge", "maybe") == R"(charging must be "on" or "off", got "maybe")");
  CHECK(reason_of("charge", "") == R"(charging must be "on" or "off", got "")");
  CHECK(reason_of("charge", "1") == R"(charging must be "on" or "off", got 1)");
  CHECK(reason_of("charge", R"({"charging":true})") == R"(charging must be "on" or "off", got true)");
  CHECK(reason_of("charge", R"({"charging":{}})") == R"(charging must be "on" or "off", got an object)");
  CHECK(reason_of("charge", R"({"charge":"on"})") == R"(charging is missing, it must be "on" or "off")");
  CHECK(reason_of("discharge", R"({"":"on"})") == R"(discharging is missing, it must be "on")");
  CHECK(reason_of("charge", R"({"charging":)") ==
        R"(charging cannot be read: not valid JSON, it must be "on" or "off")");
  CHECK(reason_of("charge", R"(["on"])", TextForm::form) ==
        R"(charging cannot be read: not a JSON object, it must be "on" or "off")");
  CHECK(reason_of("charge", "on", TextForm::form) ==
        R"(charging cannot be read: not valid JSON, it must be "on" or "off")");
  CHECK(reason_of("charge", "\xff\xfe") == R"(charging cannot be read: not UTF-8, it must be "on" or "off")");
  CHECK(
      reason_of("foo", "on") ==
      R"(command "foo" does not exist, there are: charge, discharge, charge_limit, mode, target, ready_by, price, baseload)");
}

TEST_CASE("nothing hides behind a NUL") {
  for (const auto form : {TextForm::bare, TextForm::form}) {
    CHECK(reason_of("charge", std::string_view("{\"charging\":\"on\"}\0x", 19), form) ==
          R"(charging cannot be read: it holds a NUL, it must be "on" or "off")");
  }
  CHECK(reason_of("charge_limit", std::string_view("80\0", 3)).find("NUL") != std::string::npos);
}

TEST_CASE("deep nesting is a bad command like any other") {
  const std::string deep = R"({"charging":)" + std::string(60'000, '[');
  CHECK(reason_of("charge", deep, TextForm::form) ==
        R"(charging cannot be read: not valid JSON, it must be "on" or "off")");
  CHECK(reason_of("charge", deep + std::string(60'000, ']') + '}', TextForm::form) ==
        R"(charging must be "on" or "off", got an array)");
}

TEST_CASE("an id comes back where it can be repeated") {
  const auto id = [](const std::string& text) { return parse_command("charge", text, TextForm::bare).id; };
  CHECK(id(R"({"charging":"on","id":"abc"})") == "\"abc\"");
  CHECK(id(R"({"charging":"maybe","id":7})") == "7");
  CHECK(id(R"({"charging":"on","id":"å)" + std::string(63, 'x') + R"("})").has_value());
  CHECK_FALSE(id(R"({"charging":"on","id":")" + std::string(65, 'x') + R"("})"));
  CHECK_FALSE(id(R"({"charging":"on","id":[1]})"));
  CHECK_FALSE(id(R"({"charging":"on"})"));
  CHECK_FALSE(id("on"));
}

TEST_CASE("an excerpt is short, printable UTF-8 whatever it is cut from") {
  CHECK(excerpt("a\nb\0c") == "\"ab\"");
  CHECK(excerpt(std::string(39, 'x') + "ååå") == '"' + std::string(39, 'x') + "...\"");
  CHECK(is_utf8(excerpt("\xf0\x9f\xff\xfe ok")));
  CHECK(excerpt(std::string(1'000, 'x')).size() < 50);
}

}  // namespace home_energy
