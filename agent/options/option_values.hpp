/// @file
/// What the text of an option may be: checks that name what is legal, and readers for what has passed them.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/wire/names.hpp"
#include "common/wire/option_text.hpp"

namespace home_energy {

/// `mqtt://host`, `mqtt://host:1883`, `mqtts://[::1]:8883`; no user in it.
bool is_broker_uri(const std::string& text);

/// `http://host`, `https://host:8443/path`; no user in it.
bool is_http_url(const std::string& text);

/// `energy.example.org,agent.example`: names or addresses, no ports.
bool is_host_list(const std::string& text);
std::vector<std::string> to_host_list(const std::string& checked);

/// The value of `frame-ancestors` in a Content-Security-Policy: of `self` and `http://host:port`, separated by commas,
/// or of `none`.
std::optional<std::string> to_frame_ancestors(const std::string& text);

/// `172.30.32.2,::1`: IP addresses, at least one.
bool is_address_list(const std::string& text);
std::vector<boost::asio::ip::address> to_address_list(const std::string& checked);

/// An IP address, or `loopback`.
bool is_listen_address(const std::string& text);
bool is_loopback(const std::string& listen_address);
/// Where others reach what listens there; nothing where nobody does, or where all addresses of the machine are meant.
std::optional<std::string> url_for_others(const std::string& listen_address, std::uint16_t port);

constexpr std::size_t kMiB = std::size_t{1024} * 1024;
constexpr std::size_t kLargestCurveFile = 32 * kMiB;  ///< five years of quarters as JSON are about 16
/// The file's text. Fails with what the system says, and where it is larger.
Result<std::string> read_file(const std::string& path, const std::string& field, std::size_t largest = kMiB);
/// The file's first line, for secrets: not empty.
Result<std::string> read_secret(const std::string& path, const std::string& field);

}  // namespace home_energy
