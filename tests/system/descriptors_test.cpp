#include "agent/system/descriptors.hpp"

#include <catch2/catch.hpp>

namespace home_energy {

TEST_CASE("connections share the descriptors that there are") {
  const HttpLimits all;
  CHECK(limits_within(all.all()) == all);
  CHECK(limits_within(1'000'000) == all);
  CHECK(limits_within(1000) == HttpLimits{.served = 250, .refused = 125, .streams = 625});
  CHECK(limits_within(32) == HttpLimits{.served = 8, .refused = 4, .streams = 20});
  CHECK(limits_within(0) == HttpLimits{.served = 4, .refused = 2, .streams = 2});
  HttpLimits rest = limits_within(0);
  CHECK(take_quarter(rest) == HttpLimits{.served = 1, .refused = 1, .streams = 1});
  CHECK(rest == HttpLimits{.served = 3, .refused = 1, .streams = 1});
}

TEST_CASE("never more connections than descriptors, but for a few") {
  for (std::size_t descriptors = 8; descriptors < 2000; ++descriptors)
    CHECK(limits_within(descriptors).all() <= descriptors);
}

}  // namespace home_energy
