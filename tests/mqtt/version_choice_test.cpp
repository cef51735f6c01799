#include "agent/mqtt/version_choice.hpp"

#include <catch2/catch.hpp>

namespace home_energy {
namespace {

const auto kRefusal = [] { return GENERATE(Refusal::by_name, Refusal::by_closing); };

TEST_CASE("a version that is asked for is kept to") {
  const auto asked = GENERATE(MqttVersion::v5, MqttVersion::v3_1_1);
  VersionChoice choice(asked);
  CHECK_FALSE(choice.lower(kRefusal()));
  CHECK(choice.v5() == (asked == MqttVersion::v5));
  CHECK_FALSE(choice.fell_back());
}

TEST_CASE("MQTT 5 is tried first, then 3.1.1, and 5 again with the next attempt") {
  VersionChoice choice(MqttVersion::automatic);
  const auto refusal = kRefusal();
  CHECK(choice.v5());
  CHECK(choice.lower(refusal));
  CHECK_FALSE(choice.v5());
  CHECK(choice.fell_back());
  CHECK_FALSE(choice.lower(refusal));
  choice.start_over();
  CHECK(choice.v5());
  CHECK_FALSE(choice.fell_back());
}

TEST_CASE("MQTT 5 that has worked is given up only when the broker says so") {
  VersionChoice choice(MqttVersion::automatic);
  choice.worked();
  choice.start_over();
  CHECK_FALSE(choice.lower(Refusal::by_closing));
  CHECK(choice.v5());
  CHECK(choice.lower(Refusal::by_name));
}

TEST_CASE("that 3.1.1 has worked says nothing of MQTT 5") {
  VersionChoice choice(MqttVersion::automatic);
  CHECK(choice.lower(Refusal::by_closing));
  choice.worked();
  choice.start_over();
  CHECK(choice.lower(Refusal::by_closing));
}

}  // namespace
}  // namespace home_energy
