#include <nlohmann/json.hpp>

#include "common/wire/wire.hpp"

namespace home_energy::wire {

void append_info(std::string& out, const AgentInfo& info) {
  nlohmann::ordered_json document{{"name", kAgentName},
                                  {"version", info.version},
                                  {"protocol", 1},
                                  {key::kHomes, info.homes},
                                  {key::kSecondsPerHour, info.seconds_per_hour},
                                  {"http", info.http ? nlohmann::ordered_json(*info.http) : nullptr}};
  if (!info.leaving.empty()) document[key::kLeaving] = info.leaving;
  out += document.dump();
}

std::vector<std::string> homes_of_info(std::string_view payload) {
  constexpr int kDeepest = 3;  // what lies deeper is left out: it was not written by us
  std::vector<std::string> homes;
  const auto document = nlohmann::json::parse(
      payload, [](int depth, auto, auto&) { return depth < kDeepest; }, false);
  if (!document.is_object() || !document.contains("name") || document["name"] != kAgentName) return homes;
  for (const auto key : {key::kHomes, key::kLeaving}) {
    const auto list = document.find(key);
    if (list == document.end() || !list->is_array()) continue;
    for (const auto& home : *list)
      if (home.is_string()) homes.push_back(home.get<std::string>());
  }
  return homes;
}

}  // namespace home_energy::wire
