#include "common/simulation.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/units.hpp"
#include "common/wire/command_reader.hpp"
#include "common/wire/home_options.hpp"
#include "common/wire/wire.hpp"
#include "common/world/home.hpp"
#include "common/world/recent_plans.hpp"

namespace home_energy {
namespace {

using nlohmann::json;

/// The option's text as JSON has it; nothing where it has a type that cannot be it.
std::optional<std::string> text_of(const json& value, OptionKind kind) {
  switch (kind) {
    case OptionKind::flag:
      return value.is_boolean() ? std::optional(value.dump()) : std::nullopt;
    case OptionKind::number:
      if (value.is_number()) return value.dump();
      break;
    case OptionKind::text:
      if (value.is_array()) return value.dump();  // a curve
      break;
  }
  return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

Result<OptionValues> option_values(std::string_view configuration) {
  OptionValues values;
  for (const OptionSpec& spec : home_option_specs()) values[spec.name] = {spec.default_text, false};
  const json document = json::parse(configuration, nullptr, false);
  if (!document.is_object())
    return failure(ErrorCode::malformed, "configuration", "configuration must be a JSON object of options");
  for (const auto& [name, value] : document.items()) {
    const auto spec = std::ranges::find(home_option_specs(), name, &OptionSpec::name);
    if (spec == home_option_specs().end())
      return failure(ErrorCode::illegal, name, "there is no option " + name + " of a home");
    const auto text = text_of(value, spec->kind);
    if (!text || !spec->is_legal(*text)) return wrong_option(name, "must be " + spec->legal + ", got " + value.dump());
    values[name] = {*text, true};
  }
  if (values["realtime"].text == "true") return wrong_option("realtime", "is for an agent: a simulation has no clock");
  return values;
}

double as_kw(Watts power) {
  return static_cast<double>(power.count()) / kMilli;
}

double as_double(EnergyTotal energy, int ticks_per_hour) {
  return static_cast<double>(energy.count()) / (kMillionths * ticks_per_hour);
}

/// What is seen of panels and home battery.
void add_devices(SimulationState& state, const Snapshot& seen) {
  const auto total = [&](EnergyTotal energy) { return as_double(energy, seen.ticks_per_hour); };
  for (const Device& device : seen.devices) {
    const auto& counted = seen.counters.devices.at(kind_of(device));
    const double power = as_kw(power_of(device, seen.balance));
    if (role_of(device) == DeviceRole::generator)
      state.solar = {.power_kw = 0 - power, .energy_kwh = total(counted.given)};
    if (const auto* const storage = std::get_if<Storage>(&device)) {
      const double stored = total(EnergyTotal(storage->stored().count()));
      const double capacity = total(EnergyTotal(storage->capacity().count()));
      state.storage = {.power_kw = power,
                       .soc_percent = 100 * stored / capacity,
                       .stored_kwh = stored,
                       .charged_kwh = total(counted.drawn),
                       .discharged_kwh = total(counted.given)};
    }
  }
}

}  // namespace

class PlanCache::Impl {
 public:
  std::shared_ptr<const HomePlan> plan_for(PlanRequest request) {
    if (auto known = recent_.find(request)) return known;
    auto made = std::make_shared<const HomePlan>(plan_home(request));
    recent_.add(std::move(request), made);
    return made;
  }

 private:
  static constexpr std::size_t kMost = 64;
  RecentPlans recent_{kMost};
};

PlanCache::PlanCache() : impl_(std::make_unique<Impl>()) {}
PlanCache::~PlanCache() = default;
PlanCache::PlanCache(PlanCache&&) noexcept = default;
PlanCache& PlanCache::operator=(PlanCache&&) noexcept = default;

class Simulation::Impl {
 public:
  Impl(const HomeConfiguration& made, std::string currency)
      : currency_(std::move(currency)),
        labels_{.currency = currency_, .since = {}, .running = false, .seconds_per_hour = made.seconds_per_hour},
        home_(std::make_shared<const HomeSettings>(made.home)) {}

  void plan(PlanCache* cache) {
    if (!home_.plan_due()) return;
    if (cache == nullptr) return plan_now(home_);
    home_.adopt(cache->impl_->plan_for(home_.plan_request()), home_.revision());
  }

  Home& home() { return home_; }
  const Home& home() const { return home_; }
  const wire::Labels& labels() const { return labels_; }

 private:
  std::string currency_;
  wire::Labels labels_;
  Home home_;
};

Result<Simulation> Simulation::make(std::string_view configuration) {
  const auto values = option_values(configuration);
  if (!values) return tl::unexpected(values.error());
  // A curve's text is its content.
  const auto made = home_configuration(
      *values, Calendar(), [](const std::string& text, const std::string&) { return Result<std::string>(text); });
  if (!made) return tl::unexpected(made.error());
  return Simulation(std::make_unique<Impl>(*made, values->at("currency").text));
}

Simulation::Simulation(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Simulation::~Simulation() = default;
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation& Simulation::operator=(Simulation&&) noexcept = default;

void Simulation::advance(std::int64_t ticks, PlanCache* cache) {
  for (; ticks > 0; --ticks) {
    impl_->plan(cache);
    impl_->home().advance();
  }
  impl_->plan(cache);
}

int Simulation::ticks_per_hour() const {
  return impl_->home().settings().pace.ticks_per_hour();
}

Result<std::string> Simulation::command(std::string_view name, std::string_view text, PlanCache* cache) {
  Home& home = impl_->home();
  const auto parsed =
      parse_command(name, text, TextForm::bare, {impl_->labels().currency, home.settings().pace.finest()});
  if (!parsed.command) return tl::unexpected(parsed.command.error());
  impl_->plan(cache);
  const auto receipt = home.apply(*parsed.command, parsed.car);
  if (!receipt) return tl::unexpected(receipt.error());
  impl_->plan(cache);
  return wire::http::result(*receipt);
}

SimulationState Simulation::state() const {
  const Snapshot seen = impl_->home().snapshot();
  const int ticks = seen.ticks_per_hour;
  const double stored = as_double(EnergyTotal(seen.car.stored.count()), ticks);
  const double capacity = as_double(EnergyTotal(seen.car.capacity.count()), ticks);
  SimulationState state{.day = seen.day,
                        .minute_of_day = seen.hour * kMinutesPerHour + seen.minute,
                        .soc_percent = seen.has_car ? 100 * stored / capacity : 0,
                        .stored_kwh = stored,
                        .charging = seen.car.charging == Charging::on,
                        .car_kw = as_kw(seen.car.power),
                        .base_kw = as_kw(seen.base_power),
                        .power_kw = as_kw(seen.power()),
                        .energy_kwh = as_double(seen.counters.imported(), ticks),
                        .export_kwh = as_double(seen.counters.exported, ticks),
                        .cost = static_cast<double>(seen.counters.cost.count()) / (kMillionths * kMillionths * ticks),
                        .price = static_cast<double>(seen.price.count()) / kMillionths,
                        .overload = seen.is_overload(),
                        .plugged = seen.has_car && (!seen.car.travel || seen.car.travel->plugged),
                        .away = seen.car.travel && seen.car.travel->away,
                        .solar = {},
                        .storage = {},
                        .peak_kw = {}};
  if (seen.peak) state.peak_kw = as_kw(*seen.peak);
  add_devices(state, seen);
  return state;
}

std::string Simulation::state_json() const {
  return wire::http::state(impl_->home(), impl_->home().snapshot(), impl_->labels());
}

std::string Simulation::plan_json() const {
  return wire::http::plan(impl_->home(), impl_->labels());
}

}  // namespace home_energy
