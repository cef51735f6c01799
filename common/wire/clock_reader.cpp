#include "common/wire/clock_reader.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/base/text.hpp"
#include "common/time/iso8601.hpp"
#include "common/wire/wire.hpp"

namespace home_energy {
namespace {

using nlohmann::json;

/// Far beyond what any home reaches.
constexpr std::int64_t kMostDay = 1'000'000'000;

constexpr std::string_view kLegalMoves =
    R"("run", "pause", "step", a number of seconds per hour, or an object with one of run, pause, step, until, )"
    R"(seconds_per_hour, realtime)";

std::string_view text_of(const json& value) {
  return value.is_string() ? trimmed(value.get_ref<const std::string&>()) : std::string_view{};
}

bool is_true(const json& value) {
  const auto word = word_of(value);
  return word == "true" || word == "1" || word == "on";
}

std::optional<ClockMove> read_run(const json& value) {
  return is_true(value) ? std::optional<ClockMove>(RunClock{}) : std::nullopt;
}

std::optional<ClockMove> read_pause(const json& value) {
  return is_true(value) ? std::optional<ClockMove>(PauseClock{}) : std::nullopt;
}

std::optional<ClockMove> read_realtime(const json& value) {
  return is_true(value) ? std::optional<ClockMove>(FollowWall{}) : std::nullopt;
}

/// `90s`, `15m`, `1h`, `2d`; `true` is one tick.
std::optional<ClockMove> read_step(const json& value) {
  if (is_true(value)) return StepClock{};
  const auto text = text_of(value);
  if (text.empty()) return std::nullopt;
  struct Unit {
    char letter;
    std::int64_t seconds;
  };
  constexpr std::array kUnits{Unit{'s', 1}, Unit{'m', 60}, Unit{'h', 3600}, Unit{'d', kSecondsPerDay}};
  const auto* const unit = std::ranges::find(kUnits, text.back(), &Unit::letter);
  if (unit == kUnits.end()) return std::nullopt;
  const auto most = kLongestStepDays * kSecondsPerDay / unit->seconds;
  const auto count = whole_number(text.substr(0, text.size() - 1), most);
  if (!count || *count == 0) return std::nullopt;
  return StepClock{std::chrono::seconds(*count * unit->seconds)};
}

/// `2T07:00`, `07:00`, `2026-01-03T07:00`, `2026-01-03T07:00:00+01:00`.
std::optional<ClockMove> read_until(const json& value) {
  const auto text = text_of(value);
  if (const auto time = parse_iso8601(text, ""))
    return StepUntil{.day = {}, .date = {}, .unix_seconds = *time, .minute = 0, .text = std::string(text)};
  const auto split = text.find_first_of("T ");
  const bool names_day = split != std::string_view::npos;
  const auto minute = clock_time(names_day ? text.substr(split + 1) : text);
  if (!minute) return std::nullopt;
  StepUntil until{.day = {}, .date = {}, .unix_seconds = {}, .minute = *minute, .text = std::string(text)};
  if (!names_day) return until;
  const auto day = text.substr(0, split);
  until.date = parse_date(day);
  if (until.date) return until;
  until.day = whole_number(day, kMostDay);
  return until.day ? std::optional<ClockMove>(until) : std::nullopt;
}

/// How one thing that the clock can be told is written.
struct MoveGrammar {
  std::string_view key;
  std::string_view legal;
  std::optional<ClockMove> (*read)(const json& value);
};

constexpr std::array kMoves{
    MoveGrammar{wire::key::kRun, "true", read_run},
    MoveGrammar{wire::key::kPause, "true", read_pause},
    MoveGrammar{wire::key::kStep, R"(a time as "90s", "15m", "1h" or "2d", at most 3660 days, or true for one tick)",
                read_step},
    MoveGrammar{wire::key::kUntil, R"(a time as "2T07:00", "07:00" or "2026-01-03T07:00")", read_until},
    MoveGrammar{wire::key::kRealtime, "true", read_realtime},
};

Result<double> read_pace(const json& value) {
  const double seconds = number_of(value);
  if (seconds >= kLeastSecondsPerHour && seconds <= kMostSecondsPerHour) return seconds;
  return illegal_value(wire::key::kSecondsPerHour, "a number from 0.001 to 3600", value);
}

/// `run`, `pause`, `step`, `realtime`, `60`
Result<ClockCommand> parse_bare(const json& value) {
  const auto word = word_of(value);
  const auto* const grammar = std::ranges::find(kMoves, word, &MoveGrammar::key);
  if (grammar != kMoves.end()) {
    if (const auto move = grammar->read(true)) return ClockCommand{.move = *move, .seconds_per_hour = {}};
  }
  if (const double number = number_of(value); number == number)  // not NaN
    return read_pace(value).map([](double seconds) { return ClockCommand{.move = {}, .seconds_per_hour = seconds}; });
  return illegal_value(wire::command::kClock, kLegalMoves, value);
}

Result<ClockCommand> parse_fields(const json& fields) {
  ClockCommand command;
  std::string_view first;
  for (const MoveGrammar& grammar : kMoves) {
    const auto found = fields.find(grammar.key);
    if (found == fields.end()) continue;
    if (command.move) {
      return failure(
          ErrorCode::illegal, std::string(grammar.key),
          std::string(grammar.key) + " and " + std::string(first) + " contradict each other: send one of them");
    }
    first = grammar.key;
    command.move = grammar.read(*found);
    if (!command.move) return illegal_value(grammar.key, grammar.legal, *found);
  }
  if (const auto pace = fields.find(wire::key::kSecondsPerHour); pace != fields.end()) {
    const auto seconds = read_pace(*pace);
    if (!seconds) return tl::unexpected(seconds.error());
    command.seconds_per_hour = *seconds;
  }
  if (command.move || command.seconds_per_hour) return command;
  const std::string field(wire::command::kClock);
  return failure(ErrorCode::missing, field, field + " is told nothing, it must be " + std::string(kLegalMoves));
}

}  // namespace

ParsedClockCommand parse_clock_command(std::string_view text, TextForm form) {
  // A word or a number is no form, whatever the body is said to be.
  const auto as = text.find('=') == std::string_view::npos ? TextForm::bare : form;
  const auto document = parse_command_text(text, as, wire::command::kClock, kLegalMoves);
  if (!document) return {tl::unexpected(document.error()), std::nullopt};
  if (!document->is_object()) return {parse_bare(*document), std::nullopt};
  return {parse_fields(*document), id_of(*document)};
}

}  // namespace home_energy
