// Houses as files: what they mean, what of them is wrong, and those that come with the program.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "agent/options/option_layers.hpp"
#include "agent/options/options.hpp"
#include "agent/options/presets.hpp"
#include "common/world/home.hpp"

namespace home_energy {
namespace {

/// A folder that is gone with the test.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("house_file_test_" + std::to_string(getpid()))) {
    std::filesystem::create_directory(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder&&) = delete;

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

std::variant<Options, Exit> start_with(const std::vector<std::string>& arguments) {
  return read_options(arguments, [](const std::string&) { return std::nullopt; });
}

HomeSettings home(const std::vector<std::string>& arguments) {
  const auto outcome = start_with(arguments);
  if (const auto* exit = std::get_if<Exit>(&outcome)) FAIL(exit->err);
  return *std::get<Options>(outcome).runner.home;
}

/// What is said of a house, after the file's name.
std::string fault(const Folder& folder, const std::string& toml) {
  const std::string path = folder.file("house.toml", toml);
  const auto outcome = start_with({"--house", path});
  if (!std::holds_alternative<Exit>(outcome)) return "accepted";
  const auto& exit = std::get<Exit>(outcome);
  CHECK(exit.code == 2);
  CHECK(std::ranges::count(exit.err, '\n') == 1);
  const std::string before = "home-energy-agent: " + path + ':';
  CHECK(exit.err.starts_with(before));
  return exit.err.substr(std::min(before.size(), exit.err.size()));
}

std::string many(const std::string& part, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += part;
  return text;
}

}  // namespace

TEST_CASE("a house file describes the home, and flags override it") {
  const Folder folder;
  folder.file("load.csv",
              "0.5\n0.5\n0.5\n0.5\n0.5\n0.5\n0.5\n0.5\n0.5\n0.5\n0.5\n0.5\n0.5\n0.5\n0.5\n0.5\n0.5\n0.5\n"
              "0.5\n0.5\n0.5\n0.5\n0.5\n0.5\n");
  const auto path = folder.file("house.toml", R"(
zone = "Europe/Stockholm"
[house]
fuse-kw = 17.3
baseload = "load.csv"
[tariff]
prices = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]
export-price = 0.4
peak-price = "06-22 81.25, 40.625"
peak-hours = 2
[[car]]
capacity-kwh = 60
mode = "immediate"
trips = ["mon-fri 07:30-17:15 9.5", "sat 10:00-14:00 4"]
kwh-per-100km = 20
[solar]
kwp = 8
clearness = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
[storage]
kwh = 10
feeds-car = "off"
[heater]
kw = 2
)");
  const HomeSettings made = home({"--house", path});
  CHECK(made.fuse == Watts(17'300));
  CHECK(made.baseload[3] == Watts(500));
  CHECK(made.price[5] == PricePerKwh(5'000'000));
  CHECK(made.tariff.export_price.at(PricePerKwh(1)) == PricePerKwh(400'000));
  REQUIRE(made.tariff.peak);
  CHECK(made.tariff.peak->by_hour.at(6).at(5) == PricePerKwh(40'625'000));
  CHECK(made.tariff.peak->hours == 2);
  CHECK(made.car.capacity == WattHours(60'000));
  CHECK(made.car.wish.mode == ChargingMode::immediate);
  REQUIRE(made.car.trips);
  CHECK(made.car.trips->week.at(5).size() == 1);
  CHECK(made.car.trips->per_100km == WattHours(20'000));
  CHECK(made.devices.size() == 3);
  CHECK(made.calendar->has_zone());
  const HomeSettings other = home({"--house", path, "--capacity-kwh", "40", "--storage-kwh", "5"});
  CHECK(other.car.capacity == WattHours(40'000));
  CHECK(other.fuse == Watts(17'300));
}

TEST_CASE("each [[car]] of a house is a car of its own, and flags are those of the first") {
  const Folder folder;
  const auto path = folder.file("house.toml", R"(
[[car]]
capacity-kwh = 60
mode = "cheapest"
[[car]]
[[car]]
charger-kw = 11
charger-min-kw = 1.4
trips = "mon-fri 07:30-17:15 9.5"
odometer-km = 100
)");
  const HomeSettings made = home({"--house", path, "--capacity-kwh", "70", "--target", "90"});
  CHECK(made.car.capacity == WattHours(70'000));
  CHECK(made.car.wish.target == Percent(9'000));
  REQUIRE(made.further_cars.size() == 2);
  const CarSettings& second = made.further_cars[0];
  CHECK(second.capacity == WattHours(46'300));
  CHECK(second.wish.mode == ChargingMode::manual);
  CHECK(second.wish.target == Percent(8'000));
  CHECK_FALSE(second.trips);
  const CarSettings& third = made.further_cars[1];
  CHECK(third.charger == Watts(11'000));
  CHECK(third.charger_min == Watts(1'400));
  REQUIRE(third.trips);
  CHECK(third.trips->odometer_m == 100'000);
  CHECK(home({"--house", path, "--car", "off"}).further_cars.empty());
}

TEST_CASE("what describes a further car's trips needs trips, and the error names the car") {
  const Folder folder;
  const auto path = folder.file("house.toml", "[[car]]\n[[car]]\ntrip-day-off = 0.5\n");
  const auto read = start_with({"--house", path});
  REQUIRE(std::holds_alternative<Exit>(read));
  CHECK(std::get<Exit>(read).err.find("car-2: --trip-day-off: needs --trips") != std::string::npos);
}

TEST_CASE("what is wrong with a house is told with its line, the key and what is legal") {
  const Folder folder;
  CHECK(fault(folder, "[garden]\n") ==
        "1: \"garden\" is no section, there are zone, [house], [tariff], [[car]], [solar], [storage] and [heater]\n");
  CHECK(fault(folder, "[solar]\n\nkwp = 5000\n") == "3: kwp must be 0..1000, got \"5000\"\n");
  CHECK(fault(folder, "[storage]\nkwh = \"much\"\n") == "2: kwh must be 0..1000, got \"much\"\n");
  CHECK(fault(folder, "[heater]\npower = 2\n") == "2: \"power\" is no key of [heater], there are kw, hours\n");
  CHECK(fault(folder, many("[[car]]\n", 5)) == "5: [[car]] is there too often: a home has at most 4\n");
  CHECK(fault(folder, "[[car]]\n[[car]]\ntarget = 10\n").starts_with("3: target must be 20..100"));
  CHECK(fault(folder, "[[car]]\n[[car]]\nload-balancing = \"on\"\n") ==
        "3: load-balancing is for all cars together: it belongs to [house]\n");
  CHECK(fault(folder, "solar = 5\n") == "1: solar must be a section, [solar]\n");
  CHECK(fault(folder, "car = []\n") == "1: car must be a section, [car]\n");
  CHECK(fault(folder, "[solar\n").starts_with("1: "));
  CHECK(fault(folder, "[house]\nbaseload = [\"x\"]\n").starts_with("2: baseload must be "));
  CHECK(fault(folder, "[solar]\nkwp = [1, 2]\n").starts_with("2: kwp must be 0..1000"));
  CHECK(fault(folder, "zone = \"Mars/Olympus\"\n").starts_with("1: zone must be "));
  CHECK(fault(folder, "[tariff]\npeak-hours = 11\n") == "2: peak-hours must be 1..10 whole, got \"11\"\n");
  CHECK(fault(folder, "[[car]]\ntrips = [\"mon\"]\n").starts_with("2: trips must be "));
}

TEST_CASE("a house that nests more deeply than anybody writes is refused with its line, and ends no process") {
  const Folder folder;
  const std::string parts = many(".a", 50'000);
  const std::string too_long = "2: a key has at most 65 parts\n";
  CHECK(fault(folder, "[solar]\nkwp" + parts + " = 1\n") == too_long);
  CHECK(fault(folder, "[solar]\nx = {a" + parts + " = 1}\n") == too_long);
  CHECK(fault(folder, "[solar]\nx = {y = 1, a" + parts + " = 1}\n") == too_long);
  CHECK(fault(folder, "[solar]\n\"q=1\"" + parts + " = 1\n") == too_long);
  CHECK(fault(folder, "[solar]\n'q#'" + parts + " = 1\n") == too_long);
  CHECK(fault(folder, "[solar]\na" + many(" . \"b\"", 50'000) + " = 1\n") == too_long);
  CHECK(fault(folder, "[solar]\n[\"]\"" + parts + "]\n") == too_long);
  CHECK(fault(folder, "a = \"\"\"\n\\\"\"\"\"\"\nb" + parts + " = 1\n") == "3: a key has at most 65 parts\n");
  const std::string too_deep = "2: brackets are nested at most 32 deep\n";
  CHECK(fault(folder, "[solar]\nkwp = " + many("[", 50'000) + many("]", 50'000) + "\n") == too_deep);
  CHECK(fault(folder, "[solar]\nkwp = " + many("[", 50'000)) == too_deep);
  const std::string part = '{' + many("a.", 60) + "a = ";
  CHECK(fault(folder, "[solar]\nkwp = " + many(part, 250) + '1' + many("}", 250) + "\n") == too_deep);
}

TEST_CASE("a house may nest as deeply as is read, and what is text or a comment does not nest") {
  const Folder folder;
  CHECK(fault(folder, "kwp" + many(".a", 64) + " = 1\n").starts_with("1: \"kwp\" is no section"));
  const std::string part = '{' + many("a.", 64) + "a = ";
  CHECK(fault(folder, "x = " + many(part, 32) + '1' + many("}", 32) + "\n").starts_with("1: \"x\" is no section"));
  for (const std::string& text : {"# " + many(".a", 99) + many("[", 99) + '\n', "zone = \"UTC\" # " + many("{", 99),
                                  "[tariff]\nprices = [" + many("0.5, ", 95) + "0.5]\n"})
    CHECK(fault(folder, text) == "accepted");
  for (const std::string quotes : {"\"", "'", "\"\"\"", "'''"})
    CHECK(fault(folder, "zone = " + quotes + many(".a", 99) + many("[", 99) + quotes + "\n")
              .starts_with("1: zone must be "));
}

TEST_CASE("a key of a device that the house does not have is told as the flag would be") {
  const Folder folder;
  const auto path = folder.file("house.toml", "[solar]\ntilt = 20\n");
  const auto outcome = start_with({"--house", path});
  REQUIRE(std::holds_alternative<Exit>(outcome));
  CHECK(std::get<Exit>(outcome).err == "home-energy-agent: --solar-tilt: needs a --solar-kwp above 0\n");
  CHECK(home({"--preset", "villa", "--solar-kwp", "0"}).devices.size() == 2);
  CHECK(home({"--preset", "villa", "--charger-kw", "3.7"}).car.charger_min == Watts(3'700));
}

TEST_CASE("a house that is not there, and one beside a preset, are refused") {
  const auto reason = [](const std::vector<std::string>& arguments) {
    return std::get<Exit>(start_with(arguments)).err;
  };
  CHECK(reason({"--house", "/nowhere/house.toml"}).starts_with("home-energy-agent: --house: must be a file"));
  CHECK(reason({"--house", "/dev/null", "--preset", "villa"}) ==
        "home-energy-agent: --preset: is for homes without a --house, leave one of them out\n");
  CHECK(reason({"--preset", "castle"}).find("reference, villa, flat, farm") != std::string::npos);
}

TEST_CASE("every preset makes a home, and is printed as it is") {
  for (const Preset& each : presets()) {
    CAPTURE(each.name);
    const std::string name(each.name);
    const auto printed = start_with({"--preset", name, "--print-house"});
    REQUIRE(std::holds_alternative<Exit>(printed));
    CHECK(std::get<Exit>(printed).out == each.toml);
    CHECK(std::get<Exit>(printed).code == 0);
    // What was printed makes the same home.
    const Folder folder;
    const auto path = folder.file("house.toml", std::string(each.toml));
    const HomeSettings of_preset = home({"--preset", name});
    const HomeSettings of_file = home({"--house", path});
    CHECK(of_preset.devices.size() == of_file.devices.size());
    CHECK(of_preset.car.capacity == of_file.car.capacity);
    CHECK(of_preset.fuse == of_file.fuse);
  }
  const HomeSettings reference = home({"--preset", "reference"});
  const HomeSettings plain = home({});
  CHECK(reference.car.capacity == plain.car.capacity);
  CHECK(reference.car.charger == plain.car.charger);
  CHECK(reference.fuse == plain.fuse);
  CHECK(reference.devices.empty());
  CHECK_FALSE(reference.car.trips);
  CHECK(home({"--preset", "villa"}).devices.size() == 3);
}

}  // namespace home_energy
