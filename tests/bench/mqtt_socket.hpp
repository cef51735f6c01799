/// @file
/// As much of MQTT 3.1.1 as measuring takes: connect, subscribe at QoS 0, publish at QoS 0 or 1, read what comes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/bench/tcp_stream.hpp"

namespace home_energy::bench {

/// One thread may publish while another reads.
class MqttSocket {
 public:
  struct Message {
    std::string_view topic;
    std::string_view payload;
  };

  MqttSocket(std::uint16_t port, std::string_view client_id);

  /// Returns when the broker has it.
  void subscribe(std::string_view filter);
  /// Does not wait for the acknowledgement: `next` passes over it.
  void publish(std::string_view topic, std::string_view payload, int qos);
  /// The next message, valid until the next call.
  Message next();
  void shut_down() const { stream_.shut_down(); }

 private:
  struct Packet {
    unsigned type;
    std::string_view body;
  };
  Packet read_packet();
  void send_packet(unsigned first_byte, std::string_view body) const;
  void expect(unsigned type);

  TcpStream stream_;
  std::uint16_t last_id_ = 0;
};

}  // namespace home_energy::bench
