/// @file
/// Which version of MQTT the agent speaks with a broker, or tries next. Pure data.
///
/// | asked for | tried | after a refusal by name | after a connection that is closed at once |
/// |---|---|---|---|
/// | automatic | 5 | 3.1.1 | 3.1.1, unless 5 has worked: then a proxy whose broker is away has closed it |
/// | 5, 3.1.1  | that | the same again | the same again |
///
/// Each new attempt, after a pause or a lost connection, begins with the highest.
#pragma once

#include "agent/mqtt/mqtt_settings.hpp"

namespace home_energy {

/// How a broker refuses a version.
enum class Refusal { by_name, by_closing };

class VersionChoice {
 public:
  explicit VersionChoice(MqttVersion asked) : asked_(asked), v5_(asked != MqttVersion::v3_1_1) {}

  /// What is spoken, or tried now.
  bool v5() const { return v5_; }
  /// Whether this attempt has begun with a higher version.
  bool fell_back() const { return fell_back_; }

  void start_over() {
    v5_ = asked_ != MqttVersion::v3_1_1;
    fell_back_ = false;
  }

  /// The broker has taken it.
  void worked() { v5_worked_ = v5_worked_ || v5_; }

  /// @return whether a lower one is to be tried at once
  bool lower(Refusal refusal) {
    if (asked_ != MqttVersion::automatic || !v5_ || (v5_worked_ && refusal == Refusal::by_closing)) return false;
    v5_ = false;
    fell_back_ = true;
    return true;
  }

 private:
  MqttVersion asked_;
  bool v5_;
  bool v5_worked_ = false;  ///< with this broker, in this process
  bool fell_back_ = false;
};

}  // namespace home_energy
