#include "agent/options/option_values.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cctype>
#include <cerrno>
#include <regex>
#include <sstream>
#include <system_error>

#include "agent/http/http_origin.hpp"
#include "common/base/text.hpp"

namespace home_energy {
namespace {

/// A name or an address; and a port, as the third group.
constexpr const char* kHostAndPort = R"((\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:([0-9]{1,5}))?)";

bool is_url(const std::string& text, const std::regex& form) {
  constexpr std::size_t kLongest = 512;
  constexpr double kHighestPort = 65535;
  std::smatch parts;
  if (text.size() > kLongest || !std::regex_match(text, parts, form)) return false;
  return !parts[3].matched || is_number_within(parts[3], 1, kHighestPort);
}

/// What is read may be a pipe: it is waited for, but not for ever.
constexpr int kPipePatienceMs = 5000;

class File {
 public:
  explicit File(const std::string& path)
      : descriptor_(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)) {}
  ~File() {
    if (is_open()) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File(File&&) = delete;
  File& operator=(File&&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  /// As read(2), but waits for a pipe; -1 and errno where it fails or nothing comes.
  ssize_t read(char* to, std::size_t size) const {
    while (true) {
      const auto got = ::read(descriptor_, to, size);
      if (got >= 0 || (errno != EAGAIN && errno != EINTR)) return got;
      pollfd ready{.fd = descriptor_, .events = POLLIN, .revents = 0};
      if (poll(&ready, 1, kPipePatienceMs) != 0) continue;
      errno = ETIMEDOUT;
      return -1;
    }
  }

 private:
  int descriptor_;
};

}  // namespace

bool is_broker_uri(const std::string& text) {
  static const std::regex kUri(std::string("mqtts?://") + kHostAndPort + "/?");
  return is_url(text, kUri);
}

bool is_http_url(const std::string& text) {
  static const std::regex kUrl(std::string("https?://") + kHostAndPort + "(/[!-~]*)?");
  return is_url(text, kUrl);
}

std::vector<std::string> to_host_list(const std::string& checked) {
  std::vector<std::string> hosts;
  std::istringstream parts(checked);
  for (std::string host; std::getline(parts, host, ',');) hosts.emplace_back(trimmed(host));
  return hosts;
}

bool is_host_list(const std::string& text) {
  constexpr std::size_t kMost = 64;  // each is compared with the host of each request
  const auto hosts = to_host_list(text);
  return !hosts.empty() && hosts.size() <= kMost && !text.ends_with(',') &&
         std::ranges::all_of(hosts, [](const std::string& host) {
           return !host.empty() && host_of_authority(host) == std::string_view(host);
         });
}

std::optional<std::string> to_frame_ancestors(const std::string& text) {
  constexpr std::size_t kLongest = 1024;  // of a header that goes out with each page and file
  static const std::regex kOrigin(std::string("https?://") + kHostAndPort);
  if (text == "none") return "'none'";
  std::string policy;
  for (const auto& origin : to_host_list(text)) {
    if (origin != "self" && !is_url(origin, kOrigin)) return std::nullopt;
    policy += (policy.empty() ? "" : " ") + (origin == "self" ? "'self'" : origin);
  }
  return policy.empty() || text.ends_with(',') || policy.size() > kLongest ? std::nullopt : std::optional(policy);
}

bool is_address_list(const std::string& text) {
  return std::ranges::all_of(parts_of(text, ','), [](const std::string& each) {
    boost::system::error_code error;
    boost::asio::ip::make_address(trimmed(each), error);
    return !error;
  });
}

std::vector<boost::asio::ip::address> to_address_list(const std::string& checked) {
  std::vector<boost::asio::ip::address> all;
  for (const std::string& each : parts_of(checked, ',')) all.push_back(boost::asio::ip::make_address(trimmed(each)));
  return all;
}

bool is_listen_address(const std::string& text) {
  boost::system::error_code error;
  boost::asio::ip::make_address(text, error);
  return text == "loopback" || !error;
}

bool is_loopback(const std::string& listen_address) {
  return listen_address == "loopback" || boost::asio::ip::make_address(listen_address).is_loopback();
}

std::optional<std::string> url_for_others(const std::string& listen_address, std::uint16_t port) {
  if (is_loopback(listen_address)) return std::nullopt;
  const auto address = boost::asio::ip::make_address(listen_address);
  if (address.is_unspecified()) return std::nullopt;
  const std::string host = address.is_v6() ? '[' + listen_address + ']' : listen_address;
  return "http://" + host + ':' + std::to_string(port);
}

Result<std::string> read_file(const std::string& path, const std::string& field, std::size_t largest) {
  std::string text;
  std::size_t size = 0;
  const File file(path);
  while (file.is_open() && size <= largest) {
    if (size == text.size()) text.resize(std::min(std::max(kMiB / 16, 2 * size), largest + 1));
    const auto got = file.read(text.data() + size, text.size() - size);
    if (got == 0) {
      text.resize(size);
      return text;
    }
    if (got < 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > largest)
    return failure(ErrorCode::too_large, field,
                   "must be a file of at most " + std::to_string(largest / kMiB) + " MiB, " + path + " is larger");
  const int cause = errno;
  return failure(ErrorCode::illegal, field,
                 "must be a file that can be read, " + path + " cannot: " + std::generic_category().message(cause));
}

Result<std::string> read_secret(const std::string& path, const std::string& field) {
  auto text = read_file(path, field);
  if (!text) return text;
  text->resize(std::min(text->size(), text->find_first_of("\r\n")));
  if (trimmed(*text).empty())
    return failure(ErrorCode::illegal, field, "must be a file whose first line is the secret, it is empty in " + path);
  return text;
}

}  // namespace home_energy
