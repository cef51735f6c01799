#include "tests/bench/mqtt_socket.hpp"

#include <stdexcept>

namespace home_energy::bench {
namespace {

// Packet types and flags: MQTT 3.1.1, section 2.2.
constexpr unsigned kConnect = 1;
constexpr unsigned kConnack = 2;
constexpr unsigned kPublish = 3;
constexpr unsigned kSubscribe = 8;
constexpr unsigned kSuback = 9;
constexpr unsigned kSubscribeFlags = 2;
constexpr unsigned kTypeShift = 4;
constexpr unsigned kLengthBits = 7;
constexpr unsigned kMoreLength = 0x80;
constexpr unsigned kByte = 0xff;

unsigned byte(char c) {
  return static_cast<unsigned char>(c);
}

void append_u16(std::string& out, std::size_t value) {
  out += static_cast<char>(value >> 8 & kByte);
  out += static_cast<char>(value & kByte);
}

void append_text(std::string& out, std::string_view text) {
  append_u16(out, text.size());
  out += text;
}

}  // namespace

MqttSocket::MqttSocket(std::uint16_t port, std::string_view client_id) : stream_(port) {
  constexpr std::string_view kProtocol{"\x00\x04MQTT\x04\x02\x00\x00", 10};  // 3.1.1, clean session, no keepalive
  std::string body(kProtocol);
  append_text(body, client_id);
  send_packet(kConnect << kTypeShift, body);
  expect(kConnack);
}

void MqttSocket::send_packet(unsigned first_byte, std::string_view body) const {
  std::string packet(1, static_cast<char>(first_byte));
  std::size_t length = body.size();
  do {
    const auto more = length >> kLengthBits > 0 ? kMoreLength : 0;
    packet += static_cast<char>((length & (kMoreLength - 1)) | more);
    length >>= kLengthBits;
  } while (length > 0);
  packet += body;
  stream_.send(packet);
}

MqttSocket::Packet MqttSocket::read_packet() {
  const unsigned type = byte(stream_.read(1)[0]) >> kTypeShift;
  std::size_t length = 0;
  unsigned shift = 0;
  unsigned digit = 0;
  do {
    digit = byte(stream_.read(1)[0]);
    length |= static_cast<std::size_t>(digit & (kMoreLength - 1)) << shift;
    shift += kLengthBits;
  } while ((digit & kMoreLength) != 0);
  return {type, stream_.read(length)};
}

void MqttSocket::expect(unsigned type) {
  const Packet packet = read_packet();
  // The last byte is the return code: of CONNACK, or of SUBACK's only filter.
  if (packet.type != type || packet.body.back() != 0) throw std::runtime_error("the broker refused");
}

void MqttSocket::subscribe(std::string_view filter) {
  std::string body;
  append_u16(body, ++last_id_);
  append_text(body, filter);
  body += '\0';
  send_packet(kSubscribe << kTypeShift | kSubscribeFlags, body);
  expect(kSuback);
}

void MqttSocket::publish(std::string_view topic, std::string_view payload, int qos) {
  std::string body;
  append_text(body, topic);
  if (qos > 0) {
    if (++last_id_ == 0) ++last_id_;  // 0 is not an identifier
    append_u16(body, last_id_);
  }
  body += payload;
  send_packet(kPublish << kTypeShift | static_cast<unsigned>(qos) << 1, body);
}

MqttSocket::Message MqttSocket::next() {
  while (true) {
    const Packet packet = read_packet();
    if (packet.type != kPublish) continue;
    const std::size_t topic_size = byte(packet.body[0]) << 8 | byte(packet.body[1]);
    return {packet.body.substr(2, topic_size),
            packet.body.substr(2 + topic_size)};  // subscribed at QoS 0: no identifier
  }
}

}  // namespace home_energy::bench
