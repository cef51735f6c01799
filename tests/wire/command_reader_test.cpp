#include "common/wire/command_reader.hpp"

#include <catch2/catch.hpp>

#include "common/base/text.hpp"

namespace home_energy {
namespace {

struct CommandRow {
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
  const auto row = GENERATE(
      CommandRow{"charge", "on", TextForm::bare}, CommandRow{"charge", "ON", TextForm::bare},
      CommandRow{"charge", " On\r\n", TextForm::bare}, CommandRow{"charge", R"({"charging":"on"})", TextForm::bare},
      CommandRow{"charge", R"({"charging":"on"})", TextForm::form},
      CommandRow{"charge", R"( {"x":[{}],"charging":"on"} )", TextForm::form},
      CommandRow{"charge", R"({"chargin":"on"})", TextForm::form}, CommandRow{"charge", "charging=on", TextForm::form},
      CommandRow{"charge", "a=b&charging=%6Fn+", TextForm::form}, CommandRow{"charge", "true", TextForm::bare},
      CommandRow{"charge", "True", TextForm::bare}, CommandRow{"charge", "1", TextForm::bare},
      CommandRow{"charge", "\"on\"", TextForm::bare}, CommandRow{"charge", " \"1\" ", TextForm::bare},
      CommandRow{"charge", R"({"charging":true})", TextForm::form},
      CommandRow{"charge", R"({"charging":1})", TextForm::bare},
      CommandRow{"charge", R"({"charging":"true"})", TextForm::bare},
      CommandRow{"charge", "charging=true", TextForm::form}, CommandRow{"charge", "charging=1", TextForm::form});
  CAPTURE(row.text);
  CHECK(charging_of(parse_command(row.command, row.text, row.form)) == Charging::on);
}

TEST_CASE("a switch is off by every word that means it, and by no other") {
  for (const auto* text : {"off", "OFF", "false", "0", "\"off\"", R"({"charging":false})", R"({"charging":0})",
                           R"({"charging":"0"})", R"({"chargin":false})"}) {
    CAPTURE(text);
    CHECK(charging_of(parse_command("charge", text, TextForm::bare)) == Charging::off);
  }
  for (const auto* text : {"2", "-1", "1.0", "0.0", "yes", "null", "\"\"", "\"on", R"({"charging":null})",
                           R"({"charging":2})", R"({"charging":"1.0"})", R"({"charging":["on"]})"}) {
    CAPTURE(text);
    CHECK(reason_of("charge", text).starts_with(R"(charging must be "on" or "off", got)"));
  }
}

TEST_CASE("a time of day means what it says") {
  const auto minute = [](const char* text) {
    return std::get<ReadyByCommand>(parse_command("ready_by", text, TextForm::bare).command.value()).minute;
  };
  for (const auto* text : {"07:00", "7:00", "07:00:00", "7:00:00", "\"07:00\"", "\"7:00\"",
                           R"({"ready_by":"07:00:00"})", R"({"ready_by":"7:00"})"}) {
    CAPTURE(text);
    CHECK(minute(text) == 420);
  }
  CHECK(minute("00:00") == 0);
  CHECK(minute("0:05") == 5);
  CHECK(minute("23:59:00") == 1439);
  for (const auto* text : {"24:00", "07:60", "07:00:30", "7", "700", "0700", "07:00:0", "7:0", "007:00", ":00",
                           "07:00:00:00", "07.00", "-7:00", "\"\"", R"({"ready_by":700})"}) {
    CAPTURE(text);
    CHECK(reason_of("ready_by", text).starts_with("ready_by must be a time"));
  }
}

TEST_CASE("discharging is on or a pressed button") {
  for (const auto* text : {"on", "PRESS", "press", R"({"discharging":"on"})"}) {
    const auto parsed = parse_command("discharge", text, TextForm::bare);
    REQUIRE(parsed.command);
    CHECK(std::holds_alternative<ResetCommand>(*parsed.command));
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
  CHECK(limit("\"80\"", TextForm::bare) == Percent(8'000));
  CHECK(limit(R"({"charge_limit":"80"})", TextForm::form) == Percent(8'000));
  CHECK(limit(R"({"charge_limit":" 80.0 "})", TextForm::form) == Percent(8'000));
  for (const auto* text : {"19.99",
                           "100.01",
                           "nan",
                           "inf",
                           "1e999",
                           "-80",
                           "80%",
                           "0x50",
                           "",
                           "[80]",
                           "{}",
                           "80 %",
                           "\"80 %\"",
                           "80,5",
                           "\"nan\"",
                           "true",
                           "\"true\"",
                           R"({"charge_limit":"0x50"})",
                           R"({"charge_limit":""})",
                           R"({"charge_limit":"\"80\""})",
                           R"({"charge_limit":true})",
                           R"({"charge_limit":null})",
                           R"({"charge_limit":1e999})"}) {
    CAPTURE(text);
    CHECK(reason_of("charge_limit", text).find("charge_limit") == 0);
  }
}

TEST_CASE("what is wrong is told with the field, what is legal and what came") {
  CHECK(reason_of("charge", "maybe") == R"(charging must be "on" or "off", got "maybe")");
  CHECK(reason_of("charge", "") == R"(charging must be "on" or "off", got "")");
  CHECK(reason_of("charge", "2") == R"(charging must be "on" or "off", got 2)");
  CHECK(reason_of("charge", R"({"charging":null})") == R"(charging must be "on" or "off", got null)");
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
      R"(command "foo" does not exist, there are: charge, discharge, charge_limit, charge_power, mode, target, ready_by, price, baseload, plug, trip, trips, heater, storage_mode, storage_power, storage_reserve)");
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
