#include "agent/http/http_access.hpp"

#include <crypt.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "common/base/text.hpp"

namespace home_energy {
namespace {

/// Compares all bytes whatever they are, so that the time taken tells nothing of the secret.
bool same_secret(std::string_view shown, std::string_view secret) {
  unsigned difference = shown.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    difference |= static_cast<unsigned>(shown[i] ^ secret[i % secret.size()]);
  }
  return difference == 0;
}

/// SHA-512 in 5,000 rounds, as crypt(5) describes it: letters, digits, `.` and `/`. Slow, since a browser shows the
/// cookie to every port of the host, where somebody may try tokens on it. By libcrypt, which takes 0.1 MB of memory; by
/// OpenSSL it would be 2 MB from its first use.
std::string digest(const std::string& token) {
  constexpr std::string_view kSetting = "$6$home-energy$";  // the salt is that of no other program
  const auto data = std::make_unique<crypt_data>();         // 32 KiB
  const char* const text = crypt_r(token.c_str(), kSetting.data(), data.get());
  const std::string_view found = text == nullptr ? "" : text;
  return found.starts_with(kSetting) ? std::string(found.substr(kSetting.size())) : std::string();
}

/// A name for each token: two agents of one host, whatever the ports they are reached at, end nobody's session at the
/// other.
std::string cookie_name(std::string digest) {
  constexpr std::size_t kTelling = 8;
  std::erase_if(digest, [](unsigned char c) { return std::isalnum(c) == 0; });
  return "home_energy_" + digest.substr(0, kTelling);
}

}  // namespace

HttpAccess::HttpAccess(std::string token, AnonymousReads reads) : token_(std::move(token)), reads_(reads) {
  if (token_.empty()) return;
  const auto hash = digest(token_);
  plain_cookie_ = cookie_name(hash) + '=' + hash;
  secure_cookie_ = cookie_name(hash) + "_tls=" + hash;
}

bool HttpAccess::is_token(std::string_view text) const {
  return !token_.empty() && same_secret(text, token_);
}

std::string_view HttpAccess::bearer(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  const auto scheme = authorization.substr(0, kScheme.size());
  const bool is_bearer =
      std::ranges::equal(scheme, kScheme, {}, [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return is_bearer ? authorization.substr(kScheme.size()) : std::string_view{};
}

bool HttpAccess::has_cookie(std::string_view cookies) const {
  while (!cookies.empty() && !plain_cookie_.empty()) {
    const auto end = std::min(cookies.find(';'), cookies.size());
    const auto cookie = trimmed(cookies.substr(0, end));
    if (same_secret(cookie, plain_cookie_) || same_secret(cookie, secure_cookie_)) return true;
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
  }
  return false;
}

bool HttpAccess::may_change(std::string_view authorization, std::string_view cookies) const {
  return token_.empty() || is_token(bearer(authorization)) || has_cookie(cookies);
}

bool HttpAccess::may_read(std::string_view authorization, std::string_view cookies) const {
  return reads_ == AnonymousReads::allowed || may_change(authorization, cookies);
}

std::string HttpAccess::begin_session(Transport transport) const {
  constexpr const char* kDays90 = "7776000";  // seconds
  const bool secure = transport == Transport::secure;
  return "Set-Cookie: " + (secure ? secure_cookie_ : plain_cookie_) + "; Max-Age=" + kDays90 +
         "; HttpOnly; SameSite=Strict" + (secure ? "; Secure\r\n" : "\r\n");
}

std::string HttpAccess::end_session() const {
  std::string lines;
  for (const auto* cookie : {&plain_cookie_, &secure_cookie_}) {
    lines += "Set-Cookie: " + cookie->substr(0, cookie->find('=') + 1) + "; Max-Age=0; HttpOnly; SameSite=Strict\r\n";
  }
  return lines;
}

}  // namespace home_energy
