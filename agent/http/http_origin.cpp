#include "agent/http/http_origin.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "common/base/text.hpp"

namespace home_energy {
namespace {

constexpr std::size_t kLongestHost = 255;  // of a domain name, RFC 1035
constexpr std::string_view kSchemeEnd = "://";

bool is_digit(unsigned char c) {
  return c >= '0' && c <= '9';
}

char lower(unsigned char c) {
  return static_cast<char>(std::tolower(c));
}

bool equal_names(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, {}, lower, lower);
}

bool is_below(std::string_view name, std::string_view domain) {
  return name.size() > domain.size() + 1 && name[name.size() - domain.size() - 1] == '.' &&
         equal_names(name.substr(name.size() - domain.size()), domain);
}

/// A scope (`%eth0`) means something on the asker's machine only, and browsers have none.
bool is_address(std::string_view text, int family) {
  std::array<char, INET6_ADDRSTRLEN> copy{};  // inet_pton wants a zero at the end
  if (text.size() >= copy.size() || text.find('\0') != std::string_view::npos) return false;
  std::ranges::copy(text, copy.begin());
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(family, copy.data(), address.data()) == 1;
}

bool is_bracketed_address(std::string_view host) {
  return host.size() > 2 && host.front() == '[' && host.back() == ']' &&
         is_address(host.substr(1, host.size() - 2), AF_INET6);
}

/// Letters, digits, `-` and, as containers are called so, `_`, in parts between single dots. One may end it.
bool is_name(std::string_view host) {
  if (host.empty() || host.size() > kLongestHost || host.front() == '.' || host.find("..") != std::string_view::npos) {
    return false;
  }
  return std::ranges::all_of(host, [](unsigned char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
  });
}

std::string_view without_last_dot(std::string_view name) {
  return name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
}

bool is_port(std::string_view text) {
  constexpr std::size_t kDigits = 5;
  return text.size() <= kDigits && std::ranges::all_of(text, is_digit);
}

bool is_scheme(std::string_view text) {
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
         std::ranges::all_of(text, [](unsigned char c) {
           return c < 0x80 && (std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.');
         });
}

/// What follows `scheme://`; empty where it does not begin so.
std::string_view after_scheme(std::string_view url) {
  const auto end = url.find(kSchemeEnd);
  return end == std::string_view::npos || !is_scheme(url.substr(0, end)) ? std::string_view{}
                                                                         : url.substr(end + kSchemeEnd.size());
}

}  // namespace

std::string_view host_of_authority(std::string_view authority) {
  const auto name_end = authority.starts_with('[') ? authority.find(']') : std::size_t{0};
  const auto colon = authority.find(':', std::min(name_end, authority.size()));
  const auto host = authority.substr(0, colon);
  if (colon != std::string_view::npos && !is_port(authority.substr(colon + 1))) return {};
  return is_name(host) || is_bracketed_address(host) ? host : std::string_view{};
}

std::string_view host_of_origin(std::string_view origin) {
  return host_of_authority(after_scheme(origin));
}

std::string_view host_of_url(std::string_view url) {
  const auto rest = after_scheme(url);
  return host_of_authority(rest.substr(0, rest.find_first_of("/?#")));
}

bool is_local_name(std::string_view host, const HostNames& admitted) {
  constexpr std::array<std::string_view, 6> kLocalDomains{"localhost", "local",    "lan",
                                                          "home.arpa", "internal", "fritz.box"};
  const auto name = without_last_dot(host);
  if (is_bracketed_address(name) || is_address(name, AF_INET)) return true;
  if (!is_name(name)) return false;
  return name.find('.') == std::string_view::npos ||
         std::ranges::any_of(kLocalDomains, [&](std::string_view domain) { return is_below(name, domain); }) ||
         std::ranges::any_of(admitted,
                             [&](const std::string& other) { return equal_names(name, without_last_dot(other)); });
}

bool is_our_host(std::string_view host, std::string_view target, const HostNames& admitted) {
  const auto ours = [&](std::string_view name) { return !name.empty() && is_local_name(name, admitted); };
  if (!host.empty() && !ours(host_of_authority(host))) return false;
  return target.starts_with('/') || after_scheme(target).empty() || ours(host_of_url(target));
}

bool is_open_to(std::string_view origin, const HostNames& admitted) {
  if (origin == "null") return true;
  const auto host = host_of_origin(origin);
  return !host.empty() && is_local_name(host, admitted);
}

bool is_open_to_head(std::string_view head, const HostNames& admitted) {
  constexpr std::string_view kOrigin = "origin:";
  while (!head.empty()) {
    const auto line = head.substr(0, head.find('\n'));
    head.remove_prefix(std::min(line.size() + 1, head.size()));
    if (equal_names(line.substr(0, kOrigin.size()), kOrigin) &&
        !is_open_to(trimmed(line.substr(kOrigin.size())), admitted)) {
      return false;
    }
  }
  return true;
}

}  // namespace home_energy
