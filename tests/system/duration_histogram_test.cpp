#include "agent/system/duration_histogram.hpp"

#include <catch2/catch.hpp>
#include <numeric>

using namespace home_energy;
using namespace std::chrono_literals;

TEST_CASE("a duration counts within the least bound that holds it") {
  DurationHistogram histogram;
  for (const auto took : {0ns, 500'000ns, 500'001ns, 1'000'000ns}) histogram.observe(took);
  histogram.observe(31s);
  histogram.observe(-1ms);  // a clock that is set back
  CHECK(histogram.counts().front() == 3);
  CHECK(histogram.counts().at(1) == 2);
  CHECK(histogram.counts().back() == 1);
  CHECK(std::accumulate(histogram.counts().begin(), histogram.counts().end(), std::uint64_t{0}) == 6);
  CHECK(histogram.sum() == Approx(31.001));
}
