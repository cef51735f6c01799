/// @file
/// A home's topics as server-sent events (HTML standard, 9.2): what has changed, the same payloads as over MQTT. A
/// reader that lags gets the latest of each topic, never a queue.
#pragma once

#include <string>
#include <string_view>

#include "agent/homes/runner.hpp"
#include "agent/http/http_message.hpp"
#include "agent/mqtt/outbox.hpp"

namespace home_energy {

class EventFeed {
 public:
  EventFeed(const Runner& runner, const Outbox& outbox);

  /// @param last_event_id what the reader says it has had; where it is of another run or none at all it gets everything
  EventSource open(std::size_t home, std::string_view last_event_id) const;

 private:
  const Runner& runner_;
  const Outbox& outbox_;
  std::string run_;  ///< tells the ids of this process from those of others
};

}  // namespace home_energy
