// A week of a home from the library's one header: charged at noon, and in the cheapest hours.
#include <common/simulation.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

double cost_of_a_week(const std::string& configuration) {
  auto home = home_energy::Simulation::make(configuration);
  if (!home) {
    std::fprintf(stderr, "%s\n", home.error().reason.c_str());
    std::exit(1);
  }
  for (int day = 0; day < 7; ++day) {
    home->advance(12 * home->ticks_per_hour());
    if (!home->plan_json().starts_with(R"({"mode":"cheapest")")) home->command("charge", "on");
    home->advance(12 * home->ticks_per_hour());
    home->command("discharge", "on");
  }
  return home->state().cost;
}

}  // namespace

int main() {
  const double at_noon = cost_of_a_week(R"({"capacity-kwh": 60, "fuse-kw": 17})");
  const double planned =
      cost_of_a_week(R"({"capacity-kwh": 60, "fuse-kw": 17, "mode": "cheapest", "target": 100, "ready-by": "23:45"})");
  std::printf("at noon %.2f, planned %.2f\n", at_noon, planned);
  return planned < at_noon ? 0 : 1;
}
