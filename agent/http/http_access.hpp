/// @file
/// The token: who has shown it, and the cookie that counts as it in a browser, which sends no header of ours with a
/// form, a link or an event stream. Pure of sockets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "agent/http/http_settings.hpp"

namespace home_energy {

class HttpAccess {
 public:
  /// @param token none where empty: everybody may do everything
  HttpAccess(std::string token, AnonymousReads reads);

  bool has_token() const { return !token_.empty(); }
  bool is_token(std::string_view text) const;

  /// Whether the token was shown, or its cookie; true where there is none.
  /// @param authorization the header `Authorization`
  /// @param cookies       the header `Cookie`
  bool may_change(std::string_view authorization, std::string_view cookies) const;
  bool may_read(std::string_view authorization, std::string_view cookies) const;
  /// The token of `Bearer <token>`; empty where it is something else.
  static std::string_view bearer(std::string_view authorization);

  enum class Transport { plain, secure };
  /// The header line that begins a session, and those that end it. None has a path, so that the cookie belongs to
  /// the folder of the request as the browser sees it, whatever a proxy calls that.
  std::string begin_session(Transport transport) const;
  std::string end_session() const;

 private:
  bool has_cookie(std::string_view cookies) const;

  std::string token_;
  AnonymousReads reads_;
  /// Name and value of the cookie: a digest that does not tell the token and is the same after a restart. Over TLS it
  /// has a name of its own: browsers do not let a plain page replace a cookie that came over TLS.
  std::string plain_cookie_;
  std::string secure_cookie_;
};

}  // namespace home_energy
