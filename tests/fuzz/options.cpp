#include "agent/options/options.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "agent/options/house_file.hpp"
#include "common/wire/home_topics.hpp"
#include "tests/fuzz/targets.hpp"

namespace home_energy::fuzz {
namespace {

/// A file of options in memory.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& text) : descriptor_(memfd_create("options", MFD_CLOEXEC)) {
    hold(descriptor_ >= 0 && write(descriptor_, text.data(), text.size()) == static_cast<ssize_t>(text.size()),
         "a file");
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  MemoryFile(MemoryFile&&) = delete;
  MemoryFile& operator=(MemoryFile&&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

void hold_car(const CarSettings& car) {
  hold(car.capacity >= WattHours(100) && car.capacity <= WattHours(1'000'000), "a capacity");
  hold(car.charger >= Watts() && car.charger <= Watts(1'000'000), "a charger");
  hold(car.charger_min.value_or(car.charger) <= car.charger, "a least power");
  hold(car.wish.target <= car.charge_limit && car.charge_limit <= kFull, "a target and a limit");
  hold(car.charge_efficiency > Percent() && car.charge_efficiency <= kFull, "an efficiency");
  hold(car.wish.ready_by >= 0 && car.wish.ready_by < kHoursPerDay * kMinutesPerHour, "a departure");
}

void hold_home(const HomeSettings& home) {
  hold_car(home.car);
  for (const CarSettings& car : home.further_cars) hold_car(car);
  hold(home.further_cars.size() < kMostCars, "so many cars");
  hold(home.pace.ticks_per_hour() >= 1 && home.pace.ticks_per_hour() <= 360'000, "a pace");
}

/// What a house says is legal, each by itself.
void hold_house(const std::string& text) {
  const auto house = read_house(text, "house.toml", option_specs());
  if (!house) {
    const std::string& reason = house.error().reason;
    hold(reason.starts_with("house.toml") && reason.find('\n') == std::string::npos, "one line that names the file");
    return;
  }
  for (const auto& [option, value] : *house) {
    const bool is_car = std::ranges::find(wire::kCarNames, option) != wire::kCarNames.end();
    if (is_car) continue;
    const std::string name(wire::car_command_of(option).command);  // a further car's options are named as its commands
    const auto spec = std::ranges::find(option_specs(), name, &OptionSpec::name);
    hold(spec != option_specs().end() && spec->is_legal(value), "a legal value of an option");
  }
}

}  // namespace

/// The text is a file, or by the first byte the command line, an argument a line, or a house.
void options(Bytes bytes) {
  Input input(bytes);
  constexpr std::uint8_t kHouse = 2;
  const std::uint8_t form = input.byte() % 4;
  const bool as_arguments = form % 2 == 1;
  const std::string text = input.rest();
  std::vector<std::string> arguments;
  std::optional<MemoryFile> file;
  if (form == kHouse) hold_house(text);
  if (as_arguments) {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      arguments.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  } else {
    file.emplace(text);
    arguments = {form == kHouse ? "--house" : "--config", file->path()};
  }
  const auto read = read_options(arguments, [](const std::string&) { return std::nullopt; });
  if (const auto* const options = std::get_if<Options>(&read)) {
    hold_home(*options->runner.home);
    return hold(!options->runner.home_ids.empty() && std::isfinite(options->runner.info.seconds_per_hour), "a world");
  }
  const auto& exit = std::get<Exit>(read);
  hold(exit.code == 0 || exit.code == 2, "an exit code");
  if (exit.code == 2) hold(exit.err.find('\n') == exit.err.size() - 1, "one line");
}

}  // namespace home_energy::fuzz
