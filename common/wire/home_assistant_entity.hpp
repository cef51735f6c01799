/// @file
/// What an entity of Home Assistant is, as a line of a table. Part of `home_assistant`, which makes the document.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "common/wire/home_assistant_settings.hpp"

namespace home_energy::home_assistant {

/// What stands in a unit for the configured currency.
inline constexpr std::string_view kCurrencyPlace = "$";

/// How the value of an entity is taken from the payload of its topic.
enum class Template {
  member,     ///< as it stands there
  truth,      ///< `true` is ON
  falsehood,  ///< `false` is ON
};

/// What a value is, in Home Assistant's terms. What is empty is left out of the document.
struct Measure {
  std::string_view device_class{};
  std::string_view unit{};
  std::string_view state_class{};
  int precision = -1;  ///< decimals that are shown; not set where negative
  std::string_view icon{};
};

/// Whose entity it is.
struct Whose {
  std::string_view home;
  std::size_t car;  ///< its place; 0 is the first, and what is no car's
};

/// Where the entity's component is more than the table says.
using More = void (*)(nlohmann::ordered_json& component, const Settings& settings, const Whose& whose);

/// One entity of a home.
struct Entity {
  std::string_view id;  ///< within its device; stable for ever, and so is its platform
  std::string_view platform;
  std::string_view name;
  std::string_view topic{};  ///< below the home; empty where it has no state
  std::string_view key{};    ///< of its value in that topic
  Measure measure{};
  std::string_view command{};
  More more = nullptr;
  Template form = Template::member;
  std::size_t car = 0;  ///< of a further car's its place: it is in that one's device, its topic and command below it
};

inline constexpr Measure kPowerMeasure{"power", "kW", "measurement", 2};
inline constexpr Measure kEnergyMeasure{"energy", "kWh", "total_increasing", 2};

// What components have beside what their line says.

/// Of a switch: what it is told, and what it tells.
void on_and_off(nlohmann::ordered_json& component, const Settings& settings, const Whose& whose);
/// A number from 20 to 100.
void percentage(nlohmann::ordered_json& component, const Settings& settings, const Whose& whose);
/// A power from 0 to the charger's.
void up_to_charger(nlohmann::ordered_json& component, const Settings& settings, const Whose& whose);
/// Begins again when the home's counters do.
void last_reset(nlohmann::ordered_json& component, const Settings& settings, const Whose& whose);
/// The prices of the day.
void today_as_attributes(nlohmann::ordered_json& component, const Settings& settings, const Whose& whose);
/// Not shown, unless somebody asks for it.
void hidden_diagnostic(nlohmann::ordered_json& component, const Settings& settings, const Whose& whose);

/// `car_battery`, of a further car `car_2_battery`; `charge_car_2`; `car_2_charging_power`.
std::string numbered_id(const Entity& entity);
/// `Car battery`; of a further car, which is a device that has the word in its name, `Battery`.
std::string name_of(const Entity& entity);

/// `{{ value_json.<key> }}`
std::string member_template(std::string_view key);

}  // namespace home_energy::home_assistant
