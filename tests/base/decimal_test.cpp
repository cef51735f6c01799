#include "common/base/decimal.hpp"

#include <catch2/catch.hpp>
#include <limits>

namespace home_energy {
namespace {

std::string decimal(std::int64_t scaled, int decimals) {
  std::string out;
  append_decimal(out, scaled, decimals);
  return out;
}

}  // namespace

TEST_CASE("numbers have a decimal point and no trailing zeros") {
  CHECK(decimal(11'000, 3) == "11.0");
  CHECK(decimal(3'220, 2) == "32.2");
  CHECK(decimal(3'200, 2) == "32.0");
  CHECK(decimal(7'994, 2) == "79.94");
  CHECK(decimal(5, 3) == "0.005");
  CHECK(decimal(0, 3) == "0.0");
  CHECK(decimal(-5, 3) == "-0.005");
  CHECK(decimal(-42'800, 3) == "-42.8");
  CHECK(decimal(57, 0) == "57.0");
  CHECK(decimal(1'000'001, 6) == "1.000001");
  CHECK(decimal(std::numeric_limits<std::int64_t>::min(), 4) == "-922337203685477.5808");
}

TEST_CASE("quotients are rounded half away from zero") {
  CHECK(rounded_quotient(5, 2, 0) == 3);
  CHECK(rounded_quotient(-5, 2, 0) == -3);
  CHECK(rounded_quotient(1, 3, 2) == 33);
  CHECK(rounded_quotient(2, 3, 2) == 67);
  CHECK(rounded_quotient(-1, 1000, 2) == 0);
}

}  // namespace home_energy
