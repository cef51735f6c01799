#include "common/world/curve_schedule.hpp"

#include <catch2/catch.hpp>

#include "common/wire/curve_text.hpp"

namespace home_energy {
namespace {

PriceCurve flat(std::int64_t price) {
  return PriceCurve(std::vector<PricePerKwh>(24, PricePerKwh(price)));
}

Quarters hours(int begin, int end) {
  Quarters quarters;
  for (int quarter = begin * 4; quarter < end * 4; ++quarter) quarters.set(static_cast<std::size_t>(quarter));
  return quarters;
}

PriceUpdate of_day(std::int64_t day, std::int64_t price, const Quarters& known) {
  return {.of_days = {{day, flat(price), known}}};
}

std::int64_t price_at(const CurveSchedule<PriceCurve>& schedule, std::int64_t day, int hour) {
  return schedule.on(day).at_quarter(hour * 4).count();
}

CurveSchedule<PriceCurve> schedule_of(std::int64_t price) {
  return CurveSchedule<PriceCurve>(std::make_shared<const PriceCurve>(flat(price)));
}

}  // namespace

TEST_CASE("a day known in part keeps what was there where nothing new came") {
  auto schedule = schedule_of(1);
  schedule.set(of_day(5, 2, hours(1, 24)), 5);
  CHECK(price_at(schedule, 5, 0) == 1);
  CHECK(price_at(schedule, 5, 1) == 2);
  CHECK(schedule.unknown_on(5) == hours(0, 1));
  schedule.set(of_day(5, 3, hours(10, 12)), 5);
  CHECK(price_at(schedule, 5, 0) == 1);
  CHECK(price_at(schedule, 5, 1) == 2);
  CHECK(price_at(schedule, 5, 11) == 3);
  CHECK(price_at(schedule, 5, 12) == 2);
  CHECK(schedule.unknown_on(5) == hours(0, 1));
  schedule.set(of_day(5, 4, hours(0, 1)), 5);
  CHECK(price_at(schedule, 5, 0) == 4);
  CHECK(schedule.unknown_on(5).none());
}

TEST_CASE("in a gap of tomorrow stands what holds today, also when that comes later") {
  auto schedule = schedule_of(1);
  schedule.set(of_day(6, 7, hours(0, 23)), 5);
  CHECK(price_at(schedule, 6, 22) == 7);
  CHECK(price_at(schedule, 6, 23) == 1);
  CHECK(price_at(schedule, 5, 22) == 1);
  schedule.set(of_day(5, 2, hours(0, 24)), 5);
  CHECK(price_at(schedule, 6, 22) == 7);
  CHECK(price_at(schedule, 6, 23) == 2);
  CHECK(schedule.unknown_on(6) == hours(23, 24));
  schedule.set(of_day(6, 8, hours(23, 24)), 5);
  CHECK(price_at(schedule, 6, 22) == 7);
  CHECK(price_at(schedule, 6, 23) == 8);
  CHECK(schedule.unknown_on(6).none());
}

TEST_CASE("at midnight tomorrow is today with its gaps, and stands in for the next") {
  auto schedule = schedule_of(1);
  schedule.set(of_day(6, 7, hours(0, 23)), 5);
  schedule.begin_day(6);
  CHECK(price_at(schedule, 6, 23) == 1);
  CHECK(schedule.unknown_on(6) == hours(23, 24));
  schedule.set(of_day(7, 9, hours(0, 12)), 6);
  CHECK(price_at(schedule, 7, 11) == 9);
  CHECK(price_at(schedule, 7, 12) == 7);
  CHECK(price_at(schedule, 7, 23) == 1);
  schedule.begin_day(7);
  schedule.begin_day(8);
  CHECK(schedule.unknown_on(8).all());
  schedule.set(of_day(8, 3, hours(0, 1)), 8);
  CHECK(schedule.unknown_on(8) == hours(1, 24));
}

TEST_CASE("a curve for every day ends what is known of single days") {
  auto schedule = schedule_of(1);
  schedule.set(of_day(5, 2, hours(1, 24)), 5);
  schedule.set(of_day(6, 3, hours(1, 24)), 5);
  schedule.set({.every_day = flat(4)}, 5);
  CHECK(price_at(schedule, 5, 5) == 4);
  CHECK(price_at(schedule, 6, 5) == 4);
  CHECK(schedule.unknown_on(5).none());
  schedule.set(of_day(6, 3, hours(1, 24)), 5);
  CHECK(price_at(schedule, 6, 0) == 4);
}

TEST_CASE("what was set goes on after a restart, gaps and all") {
  auto schedule = schedule_of(1);
  schedule.set(of_day(5, 2, hours(1, 24)), 5);
  schedule.set(of_day(6, 3, hours(0, 20)), 5);
  auto other = schedule_of(100);
  other.restore(schedule.what_was_set());
  CHECK(price_at(other, 5, 0) == 1);
  CHECK(other.unknown_on(5) == hours(0, 1));
  CHECK(price_at(other, 6, 23) == 2);
  CHECK(other.unknown_on(6) == hours(20, 24));
}

}  // namespace home_energy
