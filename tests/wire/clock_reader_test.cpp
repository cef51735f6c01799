// Commands to the clock of all homes as text.
#include "common/wire/clock_reader.hpp"

#include <catch2/catch.hpp>

#include "common/time/iso8601.hpp"

using namespace home_energy;
using std::chrono::seconds;

namespace {

ClockCommand read(std::string_view text, TextForm form = TextForm::bare) {
  const auto parsed = parse_clock_command(text, form);
  INFO(text << (parsed.command ? "" : ": " + parsed.command.error().reason));
  REQUIRE(parsed.command);
  return *parsed.command;
}

template <class Move>
Move move_of(std::string_view text, TextForm form = TextForm::bare) {
  const auto command = read(text, form);
  REQUIRE(command.move);
  REQUIRE(std::holds_alternative<Move>(*command.move));
  return std::get<Move>(*command.move);
}

std::string reason_of(std::string_view text) {
  const auto parsed = parse_clock_command(text, TextForm::bare);
  INFO(text);
  REQUIRE_FALSE(parsed.command);
  return parsed.command.error().reason;
}

}  // namespace

TEST_CASE("a clock is told to run, pause and follow the wall as an object or a word") {
  for (const auto* text : {"run", "RUN", R"({"run":true})", R"({"run":1})", R"({"run":"true"})", R"("run")"})
    move_of<RunClock>(text);
  for (const auto* text : {"pause", " pause\n", R"({"pause":true,"other":3})"}) move_of<PauseClock>(text);
  for (const auto* text : {"realtime", R"({"realtime":true})"}) move_of<FollowWall>(text);
  move_of<PauseClock>("pause=true", TextForm::form);
  move_of<PauseClock>("pause", TextForm::form);  // as curl -d pause says it
  CHECK(read("60", TextForm::form).seconds_per_hour == 60);
}

TEST_CASE("a step has a unit, or is a tick") {
  CHECK_FALSE(move_of<StepClock>("step").by);
  CHECK_FALSE(move_of<StepClock>(R"({"step":true})").by);
  CHECK(move_of<StepClock>(R"({"step":"90s"})").by == seconds(90));
  CHECK(move_of<StepClock>(R"({"step":"15m"})").by == seconds(900));
  CHECK(move_of<StepClock>(R"({"step":" 1h "})").by == seconds(3600));
  CHECK(move_of<StepClock>("step=2d", TextForm::form).by == seconds(2 * 86'400));
  CHECK(move_of<StepClock>(R"({"step":"3660d"})").by == seconds(std::int64_t{3660} * 86'400));
  for (const auto* text :
       {R"({"step":"0m"})", R"({"step":"-15m"})", R"({"step":"15"})", R"({"step":"m"})", R"({"step":""})",
        R"({"step":"1.5h"})", R"({"step":"3661d"})", R"({"step":"99999999999999999999s"})", R"({"step":"15 m"})",
        R"({"step":15})", R"({"step":false})", R"({"step":null})", R"({"step":["15m"]})"})
    CHECK(reason_of(text).starts_with(R"(step must be a time as "90s", "15m", "1h" or "2d")"));
}

TEST_CASE("until is a day and a time, a time, or a date and a time") {
  const auto of_day = move_of<StepUntil>(R"({"until":"2T07:00"})");
  CHECK(of_day.day == 2);
  CHECK_FALSE(of_day.date);
  CHECK(of_day.minute == 7 * 60);
  const auto next = move_of<StepUntil>(R"({"until":"7:30"})");
  CHECK_FALSE(next.day);
  CHECK_FALSE(next.date);
  CHECK(next.minute == 7 * 60 + 30);
  CHECK(date_text(move_of<StepUntil>(R"({"until":"2026-01-03T07:00"})").date.value_or(0)) == "2026-01-03");
  CHECK(date_text(move_of<StepUntil>(R"({"until":"2024-02-29 00:00:00"})").date.value_or(0)) == "2024-02-29");
  const auto moment = move_of<StepUntil>(R"({"until":"1970-01-02T01:00:00+01:00"})");
  CHECK(moment.unix_seconds == 86'400);
  CHECK_FALSE(moment.date);
  for (const auto* text :
       {R"({"until":"2T24:00"})", R"({"until":"T07:00"})", R"({"until":"-1T07:00"})", R"({"until":"2T"})",
        R"({"until":"2026-02-30T07:00"})", R"({"until":"2T07:00:01"})", R"({"until":"99999999999T07:00"})",
        R"({"until":true})", R"({"until":7})", R"({"until":""})", R"({"until":"2026-01-03T07:00+"})"})
    CHECK(reason_of(text).starts_with(R"(until must be a time as "2T07:00", "07:00" or "2026-01-03T07:00", got)"));
}

TEST_CASE("the pace comes alone or beside a move") {
  CHECK(read("60").seconds_per_hour == 60);
  CHECK(read("0.5").seconds_per_hour == 0.5);
  CHECK(read(R"({"seconds_per_hour":"3600"})").seconds_per_hour == 3600);
  const auto both = read(R"({"seconds_per_hour":60,"run":true})");
  CHECK(both.seconds_per_hour == 60);
  CHECK(both.move);
  for (const auto* text :
       {"0", "-4", "3601", "1e9", R"({"seconds_per_hour":null})", R"({"run":true,"seconds_per_hour":0})"})
    CHECK(reason_of(text).starts_with("seconds_per_hour must be a number from 0.001 to 3600, got "));
}

TEST_CASE("what tells the clock nothing, or two things, is refused by name") {
  CHECK(reason_of(R"({"run":true,"pause":true})") == "pause and run contradict each other: send one of them");
  CHECK(reason_of(R"({"until":"07:00","step":"1h"})") == "until and step contradict each other: send one of them");
  CHECK(reason_of(R"({"run":false})") == "run must be true, got false");
  CHECK(reason_of("{}").starts_with("clock is told nothing"));
  CHECK(reason_of(R"({"running":true})").starts_with("clock is told nothing"));
  CHECK(reason_of("until").starts_with(R"(clock must be "run", "pause")"));
  CHECK(reason_of("").starts_with("clock must be"));
  CHECK(reason_of("\xff").starts_with("clock cannot be read: not UTF-8"));
  CHECK(reason_of("{\"run\":").starts_with("clock cannot be read: not valid JSON"));
}

TEST_CASE("a command to the clock carries its sender's id") {
  CHECK(parse_clock_command(R"({"step":"1h","id":"abc"})", TextForm::bare).id == "\"abc\"");
  CHECK(parse_clock_command(R"({"step":"nonsense","id":7})", TextForm::bare).id == "7");
  CHECK_FALSE(parse_clock_command("pause", TextForm::bare).id);
}
