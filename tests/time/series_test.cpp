#include "common/time/series.hpp"

#include <catch2/catch.hpp>

#include "tests/stockholm_days.hpp"

namespace home_energy {
namespace {

const Calendar kPlain;

PriceCurve flat(std::int64_t price) {
  return PriceCurve(std::vector<PricePerKwh>(24, PricePerKwh(price)));
}

/// Hours of a day at one price.
std::vector<Dated<PricePerKwh>> hours(std::int64_t day, int begin, int end, std::int64_t price) {
  const auto at = [&](int hour) { return kPlain.moment_of(day, hour * kSecondsPerHour); };
  return {{at(begin), at(end), PricePerKwh(price)}};
}

Quarter at(std::int64_t day, int hour) {
  return quarter_at(kPlain.moment_of(day, hour * kSecondsPerHour), kPlain);
}

std::int64_t price_at(const PriceSeries& series, std::int64_t day, int hour) {
  return series.at(at(day, hour), kPlain).count();
}

bool stands_in(const PriceSeries& series, std::int64_t day, int hour) {
  return series.stands_in(at(day, hour), kPlain);
}

PriceSeries series_of(std::int64_t price) {
  return PriceSeries(std::make_shared<const PriceCurve>(flat(price)));
}

}  // namespace

TEST_CASE("a day known in part keeps what was there where nothing new came") {
  auto series = series_of(1);
  series.set_dated(hours(5, 1, 24, 2));
  CHECK(price_at(series, 5, 0) == 1);
  CHECK(price_at(series, 5, 1) == 2);
  CHECK(stands_in(series, 5, 0));
  CHECK_FALSE(stands_in(series, 5, 1));
  CHECK_FALSE(stands_in(series, 4, 5));  // of that day nothing was to come
  series.set_dated(hours(5, 10, 12, 3));
  CHECK(price_at(series, 5, 0) == 1);
  CHECK(price_at(series, 5, 1) == 2);
  CHECK(price_at(series, 5, 11) == 3);
  CHECK(price_at(series, 5, 12) == 2);
  series.set_dated(hours(5, 0, 1, 4));
  CHECK(price_at(series, 5, 0) == 4);
  CHECK_FALSE(stands_in(series, 5, 0));
}

TEST_CASE("in a gap of tomorrow stands what holds today, also when that comes later") {
  auto series = series_of(1);
  series.set_dated(hours(6, 0, 23, 7));
  CHECK(price_at(series, 6, 22) == 7);
  CHECK(price_at(series, 6, 23) == 1);
  CHECK(price_at(series, 5, 22) == 1);
  series.set_dated(hours(5, 0, 24, 2));
  CHECK(price_at(series, 6, 22) == 7);
  CHECK(price_at(series, 6, 23) == 2);
  CHECK(stands_in(series, 6, 23));
  series.set_dated(hours(6, 23, 24, 8));
  CHECK(price_at(series, 6, 22) == 7);
  CHECK(price_at(series, 6, 23) == 8);
  CHECK_FALSE(stands_in(series, 6, 23));
}

TEST_CASE("beyond what is known stands the latest day that knew that time") {
  auto series = series_of(1);
  series.set_dated(hours(6, 0, 23, 7));
  series.set_dated(hours(7, 0, 12, 9));
  CHECK(price_at(series, 7, 11) == 9);
  CHECK(price_at(series, 7, 12) == 7);
  CHECK(price_at(series, 7, 23) == 1);
  CHECK(price_at(series, 8, 11) == 9);
  CHECK(price_at(series, 400, 12) == 7);
  CHECK(stands_in(series, 8, 0));
  series.set_dated(hours(8, 0, 1, 3));
  CHECK_FALSE(stands_in(series, 8, 0));
  CHECK(stands_in(series, 8, 1));
}

TEST_CASE("a curve for every day ends what is known of single moments") {
  auto series = series_of(1);
  series.set_dated(hours(5, 1, 24, 2));
  series.set_daily(flat(4));
  CHECK(price_at(series, 5, 5) == 4);
  CHECK(price_at(series, 6, 5) == 4);
  CHECK_FALSE(stands_in(series, 5, 0));
  series.set_dated(hours(6, 1, 24, 3));
  CHECK(price_at(series, 6, 0) == 4);
}

TEST_CASE("what is two days older than what comes is dropped, and equal neighbours are one") {
  auto series = series_of(1);
  for (std::int64_t day = 0; day < 30; ++day)
    for (int hour = 0; hour < 24; ++hour) series.set_dated(hours(day, hour, hour + 1, 100 + day));
  const auto set = series.what_was_set();
  CHECK(set.dated.size() == 3);
  CHECK(set.dated.front().begin == kPlain.begin_of(27));
  CHECK_FALSE(set.daily);
}

TEST_CASE("values that are ages apart are looked for within a month") {
  auto series = series_of(1);
  constexpr std::int64_t kFar = 9'000'000'000;
  series.set_dated(hours(-kFar, 0, 1, 5));
  const std::vector<Dated<PricePerKwh>> far{{kPlain.begin_of(kFar), kPlain.begin_of(kFar) + 900, PricePerKwh(7)}};
  auto set = series.what_was_set();
  set.dated.insert(set.dated.end(), far.begin(), far.end());
  series.restore(set);
  CHECK(price_at(series, 0, 0) == 1);
  CHECK(price_at(series, kFar + 5, 0) == 7);
  CHECK(price_at(series, kFar + 5, 3) == 1);
}

TEST_CASE("what was set goes on after a restart, gaps and all") {
  auto series = series_of(1);
  series.set_daily(flat(3));
  series.set_dated(hours(5, 1, 24, 2));
  series.set_dated(hours(6, 0, 20, 3));
  auto other = series_of(100);
  other.restore(series.what_was_set());
  CHECK(price_at(other, 5, 0) == 3);
  CHECK(stands_in(other, 5, 0));
  CHECK(price_at(other, 6, 23) == 2);
  CHECK(stands_in(other, 6, 20));
}

TEST_CASE("of an hour that the clock shows twice each has its own value, and the first stands in and is shown") {
  auto series = series_of(1);
  const auto two = stockholm().moment_of(-21, 2 * kSecondsPerHour);
  const std::vector<Dated<PricePerKwh>> both{{two, two + kSecondsPerHour, PricePerKwh(5)},
                                             {two + kSecondsPerHour, two + 2 * kSecondsPerHour, PricePerKwh(6)}};
  series.set_dated(both);
  const auto at_moment = [&](std::int64_t moment) { return series.at(quarter_at(moment, stockholm()), stockholm()); };
  CHECK(at_moment(two + 900) == PricePerKwh(5));
  CHECK(at_moment(two + kSecondsPerHour + 900) == PricePerKwh(6));
  CHECK(at_moment(stockholm().moment_of(-20, 2 * kSecondsPerHour)) == PricePerKwh(5));
  CHECK(series.on(-21, stockholm())[2] == PricePerKwh(5));
  CHECK(series.on(-21, stockholm())[3] == PricePerKwh(1));
}

}  // namespace home_energy
