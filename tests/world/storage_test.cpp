// The home battery: what it takes and gives, alone and behind a meter.
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "common/wire/command_reader.hpp"
#include "common/wire/wire.hpp"
#include "tests/homes.hpp"
#include "tests/options_of.hpp"

namespace home_energy {
namespace {

constexpr int kTicks = 4;

StorageDesign design() {
  return {.capacity = in_one_hour(Watts(10'000), kTicks),
          .most_in = Watts(5'000),
          .most_out = Watts(4'000),
          .efficiency_in = Percent(9'000),
          .efficiency_out = Percent(9'500),
          .standby = Watts(),
          .fuse = Watts(11'000),
          .feeds_car = true};
}

Flow hour_of(Storage& storage, Watts net, Watts car = {}) {
  Flow sum;
  for (int tick = 0; tick < kTicks; ++tick) {
    const Flow flow = storage.advance({in_one_tick(net), in_one_tick(car)});
    sum.drawn += flow.drawn;
    sum.given += flow.given;
  }
  return sum;
}

double kwh(Energy energy) {
  return static_cast<double>(energy.count()) / 1e6 / kTicks;
}

}  // namespace

TEST_CASE("in self-consumption a storage takes the surplus and gives what is lacking, within its power") {
  Storage storage(design(), Percent(5'000), Percent(1'000));
  CHECK(storage.power({Watts(-3'000), Watts()}) == Watts(3'000));
  CHECK(kwh(hour_of(storage, Watts(-3'000)).drawn) == Approx(3));
  CHECK(kwh(storage.stored()) == Approx(5 + 3 * 0.9));
  CHECK(storage.power({Watts(-9'000), Watts()}) == Watts(5'000));
  CHECK(storage.power({Watts(9'000), Watts()}) == Watts(-4'000));
  CHECK(kwh(hour_of(storage, Watts(1'900)).given) == Approx(1.9));
  CHECK(kwh(storage.stored()) == Approx(7.7 - 2));
}

TEST_CASE("a storage keeps its reserve and its capacity") {
  Storage storage(design(), Percent(2'000), Percent(1'000));
  CHECK(kwh(hour_of(storage, Watts(4'000)).given) == Approx(0.95));
  CHECK(kwh(storage.stored()) == Approx(1));
  CHECK(storage.power({Watts(4'000), Watts()}) == Watts());
  for (int hour = 0; hour < 4; ++hour) hour_of(storage, Watts(-5'000));
  CHECK(kwh(storage.stored()) == Approx(10));
  CHECK(storage.power({Watts(-4'000), Watts()}) == Watts());
  storage.carry_out(StorageReserve{Percent(10'000)});
  CHECK(hour_of(storage, Watts(4'000)).given == Energy());
}

TEST_CASE("a storage that is nearly full or empty tells what a tick really moves") {
  Storage storage(design(), Percent(9'900), Percent(1'000));
  const Watts in = storage.power({Watts(-5'000), Watts()});
  CHECK(in == Watts(444));  // 0.1 kWh at 90 % in a quarter of an hour
  const Flow flow = storage.advance({in_one_tick(Watts(-5'000)), Energy()});
  CHECK(flow.drawn >= in_one_tick(in));
  CHECK(flow.drawn < in_one_tick(in + Watts(1)));
  CHECK(storage.power({Watts(-5'000), Watts()}) == Watts());
  Storage low(design(), Percent(1'010), Percent(1'000));
  CHECK(low.power({Watts(5'000), Watts()}) == Watts(-38));
}

TEST_CASE("what it is told: hold, charge within the fuse, discharge to the grid") {
  Storage storage(design(), Percent(5'000), Percent());
  storage.carry_out(StorageMode::hold);
  CHECK(storage.power({Watts(4'000), Watts()}) == Watts());
  CHECK(hour_of(storage, Watts(-4'000)).drawn == Energy());
  storage.carry_out(StorageMode::charge);
  CHECK(storage.power({Watts(1'000), Watts()}) == Watts(5'000));
  CHECK(storage.power({Watts(8'000), Watts()}) == Watts(3'000));
  CHECK(storage.power({Watts(12'000), Watts()}) == Watts());
  storage.carry_out(StoragePower{Watts(2'500)});
  CHECK(storage.power({Watts(1'000), Watts()}) == Watts(2'500));
  storage.carry_out(StorageMode::discharge);
  CHECK(storage.power({Watts(1'000), Watts()}) == Watts(-2'500));
  CHECK(storage.power({Watts(-10'000), Watts()}) == Watts(-1'000));
}

TEST_CASE("it may be kept from feeding the car") {
  StorageDesign without = design();
  without.feeds_car = false;
  const Storage storage(without, Percent(5'000), Percent());
  CHECK(storage.power({Watts(8'400), Watts(7'400)}) == Watts(-1'000));
  CHECK(storage.power({Watts(5'000), Watts(7'400)}) == Watts());
  CHECK(storage.power({Watts(-1'000), Watts(2'000)}) == Watts(1'000));
}

TEST_CASE("standby empties a storage, also below its reserve") {
  StorageDesign leaky = design();
  leaky.standby = Watts(1'000);
  Storage storage(leaky, Percent(2'000), Percent(1'500));
  storage.carry_out(StorageMode::hold);
  hour_of(storage, Watts());
  CHECK(kwh(storage.stored()) == Approx(1));
  hour_of(storage, Watts());
  hour_of(storage, Watts());
  CHECK(storage.stored() == Energy());
}

TEST_CASE("what a storage draws, less its losses, is what it holds and gives") {
  CHECK(rc::check([] {
    StorageDesign any = design();
    any.capacity = Energy(*rc::gen::inRange<std::int64_t>(1, 1'000'000'000));
    any.most_in = Watts(*rc::gen::element(0, 1, 1'000, 5'000, 999'999));
    any.most_out = Watts(*rc::gen::element(0, 1, 1'000, 5'000, 999'999));
    any.efficiency_in = Percent(*rc::gen::element(1'000, 3'333, 9'500, 10'000));
    any.efficiency_out = Percent(*rc::gen::element(1'000, 3'333, 9'500, 10'000));
    any.standby = Watts(*rc::gen::element(0, 0, 7));
    any.fuse = Watts(*rc::gen::element(0, 11'000, 1'000'000));
    any.feeds_car = *rc::gen::arbitrary<bool>();
    Storage storage(any, Percent(*rc::gen::inRange(0, 10'001)), Percent(*rc::gen::element(0, 1'000, 10'000)));
    const Energy reserve(any.capacity.count() * storage.reserve().count() / 10'000);
    for (int tick = 0; tick < 60; ++tick) {
      if (*rc::gen::inRange(0, 4) == 0) storage.carry_out(*rc::gen::elementOf(kStorageModes));
      const Energy net(*rc::gen::inRange<std::int64_t>(-2'000'000'000, 2'000'000'000));
      const Energy before = storage.stored();
      const Flow flow = storage.advance({net, Energy()});
      RC_ASSERT((flow.drawn == Energy() || flow.given == Energy()));
      RC_ASSERT(storage.stored() >= Energy());
      RC_ASSERT(storage.stored() <= any.capacity);
      RC_ASSERT(flow.drawn <= in_one_tick(any.most_in));
      RC_ASSERT(flow.given <= in_one_tick(any.most_out));
      if (flow.given > Energy()) RC_ASSERT(storage.stored() + in_one_tick(any.standby) + Energy(1) >= reserve);
      if (storage.mode() == StorageMode::self_consumption) {
        RC_ASSERT(flow.drawn <= std::max(Energy(), Energy() - net));
        RC_ASSERT(flow.given <= std::max(Energy(), net));
      }
      // To the unit, but for what rounding takes.
      const double change = static_cast<double>((storage.stored() - before).count());
      const double expected =
          static_cast<double>(flow.drawn.count()) * static_cast<double>(any.efficiency_in.count()) / 10'000 -
          static_cast<double>(flow.given.count()) * 10'000 / static_cast<double>(any.efficiency_out.count());
      const double standby = static_cast<double>(in_one_tick(any.standby).count());
      RC_ASSERT(change <= expected + 2);
      RC_ASSERT((change >= expected - standby - 2 || storage.stored() == Energy()));
    }
  }));
}

TEST_CASE("a storage's commands come with receipts, and wrong ones change nothing") {
  Home home = test::home_of(test::settings_of({{"storage-kwh", "10"}, {"solar-kwp", "5"}}));
  const auto tell = [&](std::string_view name, std::string_view text) {
    const auto parsed = parse_command(name, text, TextForm::bare);
    if (!parsed.command) return parsed.command.error().reason;
    const auto receipt = test::apply(home, *parsed.command);
    return receipt ? wire::http::result(*receipt) : receipt.error().reason;
  };
  CHECK(tell("storage_mode", "hold") == R"({"storage_mode":"hold"})");
  CHECK(tell("storage_power", "2.5") == R"({"storage_power":2.5})");
  CHECK(tell("storage_reserve", R"({"storage_reserve":20})") == R"({"storage_reserve":20.0})");
  const HomeState before = home.state();
  CHECK(tell("storage_mode", "fast") ==
        R"(storage_mode must be "self_consumption", "hold", "charge", "discharge" or "plan", got "fast")");
  CHECK(tell("storage_power", "-1") == "storage_power must be a power from 0 to 1000 kW, got -1");
  CHECK(tell("storage_reserve", "101") == "storage_reserve must be a percentage from 0 to 100, got 101");
  CHECK(home.state() == before);
  Home without = test::home_of(test::reference_settings());
  const auto parsed = parse_command("storage_mode", "hold", TextForm::bare);
  CHECK(without.apply(*parsed.command).error().reason == "storage is not there: the home was started without one");
}

}  // namespace home_energy
