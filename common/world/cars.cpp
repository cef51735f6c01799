#include "common/world/cars.hpp"

#include <tuple>

namespace home_energy {

Cars::Cars(const std::shared_ptr<const HomeSettings>& settings) : first_(settings, settings->car) {
  if (settings->further_cars.empty()) return;
  further_.emplace();
  for (const CarSettings& car : settings->further_cars) further_->emplace_back(settings, car);
}

CarArray<Beside> Cars::beside(Watts load) const {
  CarArray<Beside> all{Beside{load}};
  if (is_one()) return all;
  CarArray<std::size_t> turn{};
  for (std::size_t car = 0; car < size(); ++car) turn[car] = car;
  const auto rank = [&](std::size_t car) {
    const Car& each = at(car);
    return std::tuple(each.balances_load(), each.leaves_at(), each.asks_for(load), car);
  };
  const auto end = turn.begin() + static_cast<std::ptrdiff_t>(size());
  std::sort(turn.begin(), end, [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  Watts used = load;
  for (auto next = turn.begin(); next != end; ++next) {
    const Car& car = at(*next);
    const auto rivals =
        std::count_if(next, end, [&](std::size_t other) { return at(other).leaves_at() == car.leaves_at(); });
    all[*next] = {used, car.kept_for_others(used, rivals)};
    used += car.gets(all[*next]);
  }
  return all;
}

Watts Cars::power(Watts load) const {
  if (is_one()) return first_.power({load});
  const auto all = beside(load);
  Watts sum;
  for (std::size_t car = 0; car < size(); ++car) sum += at(car).power(all[car]);
  return sum;
}

CarArray<Energy> Cars::advance(Watts load, const Prices& prices) {
  const auto all = beside(load);
  CarArray<Energy> drawn{};
  for (std::size_t car = 0; car < size(); ++car) drawn[car] = at(car).advance(all[car], prices);
  return drawn;
}

std::optional<std::size_t> Cars::due() const {
  for (std::size_t car = 0; car < size(); ++car)
    if (at(car).plan_due()) return car;
  return std::nullopt;
}

}  // namespace home_energy
