#include <nlohmann/json.hpp>

#include "common/wire/home_assistant.hpp"
#include "tests/fuzz/targets.hpp"

namespace home_energy::fuzz {
namespace {

namespace ha = home_assistant;

std::size_t hold_document(const std::string& text) {
  const auto document = nlohmann::json::parse(text);
  for (const auto& [name, component] : document.at("cmps").items())
    hold(component.is_object() && component.at("p").is_string(), "a component with its platform");
  return document.at("cmps").size();
}

}  // namespace

void discovery(Bytes bytes) {
  static const ha::Settings kSettings{"homeassistant", "home-energy", "0.1.0", "SEK", false, std::nullopt};
  static const std::size_t kOwn = hold_document(ha::document(kSettings, "home"));
  const std::string text = Input(bytes).rest();
  const auto leftovers = ha::leftovers_of(kSettings, "home", text);
  if (!leftovers) return;
  // What an agent publishes with them is read back the same by the next one.
  const std::string document = ha::document(kSettings, "home", *leftovers);
  hold(hold_document(document) == kOwn + leftovers->size(), "all components");
  hold(ha::leftovers_of(kSettings, "home", document) == *leftovers, "leftovers that come back");
  const auto stubs = ha::stubs_of(*leftovers);
  hold(stubs.size() == leftovers->size(), "a stub for each");
  hold_document(ha::document(kSettings, "home", stubs));
}

}  // namespace home_energy::fuzz
