/// @file
/// The comings and goings of one car: whether it is plugged in, the trip that it is on, and what trips took. Told the
/// time, it says what happened. Belongs to one car.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>

#include "common/world/home_time.hpp"
#include "common/world/trips.hpp"

namespace home_energy {

/// What travelling has to remember beside its settings.
struct TravelState {
  static constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::min() / 2;

  bool plugged = true;
  bool away = false;
  std::optional<Journey> journey{};   ///< the one under way, or the next
  std::optional<Trip> single{};       ///< a single trip that is still to come
  std::int64_t since = kEver;         ///< only journeys that leave after this moment count: others left without the car
  Energy used;                        ///< of the journey under way
  EnergyTotal driven;                 ///< out of the battery; never falls
  EnergyTotal stranded;               ///< what trips took beyond that; never falls
  std::optional<WeekOfTrips> week{};  ///< where it was set

  friend bool operator==(const TravelState&, const TravelState&) = default;
};

class Travel {
 public:
  explicit Travel(std::shared_ptr<const TripSettings> settings) : settings_(std::move(settings)) {}

  /// Whether its charger can reach it.
  bool connected() const { return state_.plugged && !state_.away; }
  bool plugged() const { return state_.plugged && !state_.away; }
  bool away() const { return state_.away; }
  /// The journey under way or the next one.
  const std::optional<Journey>& journey() const { return state_.journey; }
  /// Those that follow it and leave before a moment, one after the other.
  std::vector<Journey> later_journeys(std::int64_t until, const Calendar& calendar) const;
  const WeekOfTrips& week() const { return state_.week ? *state_.week : settings_->week; }
  EnergyTotal stranded() const { return state_.stranded; }
  /// Metres driven.
  std::int64_t odometer(int ticks_per_hour) const;

  /// What happened by now.
  struct Event {
    bool left = false;
    bool came = false;
    Energy driven{};  ///< what the trip takes of the battery
  };
  Event follow(const HomeTime& time);
  /// What the journey under way, or the next one, still takes.
  Energy still_to_drive(int ticks_per_hour) const;
  /// What of the energy asked for the battery did not have.
  void lacked(Energy energy);
  /// The moment up to which `follow` has nothing to tell.
  std::int64_t quiet_until() const { return quiet_until_; }

  /// After the time was set: on the trip that the week has at this moment, or at home; nothing is driven in between.
  void move_to(const HomeTime& time);
  void set_plugged(bool plugged) { state_.plugged = plugged; }
  void set_week(const WeekOfTrips& week, const HomeTime& time);
  /// The next time that its time comes, instead of what the week has for these hours. Not while away.
  void set_trip(const Trip& trip, const HomeTime& time);
  /// When the journey under way ends. @param minute of the day, the next time that the clock shows it
  void set_back(int minute, const HomeTime& time);

  const TravelState& state() const { return state_; }
  void restore(const TravelState& state, const HomeTime& time);

 private:
  std::optional<Journey> next_after(std::int64_t since, const std::optional<Trip>& single,
                                    const Calendar& calendar) const;
  bool is_single(const Journey& journey, const Calendar& calendar) const;
  void choose(std::int64_t since, const Calendar& calendar);
  Energy due(std::int64_t moment, int ticks_per_hour) const;

  std::shared_ptr<const TripSettings> settings_;
  TravelState state_;
  std::int64_t quiet_until_ = 0;
};

}  // namespace home_energy
