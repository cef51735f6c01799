#include "common/wire/home_assistant_entity.hpp"

#include <nlohmann/json.hpp>

#include "common/wire/wire.hpp"

namespace home_energy::home_assistant {

void on_and_off(nlohmann::ordered_json& component, const Settings&, const Whose&) {
  component["pl_on"] = wire::text(Switch::on);
  component["pl_off"] = wire::text(Switch::off);
}

std::string member_template(std::string_view key) {
  return "{{ value_json." + std::string(key) + " }}";
}

}  // namespace home_energy::home_assistant
