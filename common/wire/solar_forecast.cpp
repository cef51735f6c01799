// The payload of the topic `solar/forecast`.
#include "common/wire/wire.hpp"
#include "common/wire/wire_numbers.hpp"

namespace home_energy::wire {
namespace {

void append_quarters(std::string& out, const Solar& solar, std::int64_t day) {
  const Calendar& calendar = solar.calendar();
  const std::int64_t end = calendar.begin_of(day + 1);
  out += '[';
  for (std::int64_t moment = calendar.begin_of(day); moment < end; moment += kSecondsPerQuarter) {
    if (out.back() != '[') out += ',';
    begin(out, key::kStart);
    out += json_string(calendar.text(moment));
    next(out, key::kEnd);
    out += json_string(calendar.text(moment + kSecondsPerQuarter));
    next(out, "value");
    append_kw(out, solar.forecast(quarter_at(moment, calendar)));
    out += '}';
  }
  out += ']';
}

}  // namespace

void append_solar_forecast(std::string& out, const Solar& solar) {
  const Calendar& calendar = solar.calendar();
  const std::int64_t today = calendar.at(solar.now()).day;
  out += R"({"unit":"kW","values":[)";
  for (int of_day = 0; of_day < kQuartersPerDay; ++of_day) {
    if (of_day > 0) out += ',';
    const std::int64_t moment = calendar.moment_of(today, of_day * kSecondsPerQuarter);
    append_kw(out, solar.forecast({moment, today, of_day}));
  }
  out += ']';
  next(out, key::kRawToday);
  append_quarters(out, solar, today);
  next(out, key::kRawTomorrow);
  append_quarters(out, solar, today + 1);
  out += '}';
}

}  // namespace home_energy::wire
