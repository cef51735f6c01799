/// @file
/// What a browser or a program sends to `POST /session`: `{"token":"..."}` begins a session, `{"session":"closed"}`
/// ends it; a form's `token=...&home=...` and `session=closed&home=...` do the same.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace home_energy {

struct SessionRequest {
  enum class Wish { open, close };
  Wish wish;
  std::string token;  ///< of `open`
  std::string home;   ///< whose page is to be shown then; empty or none that exists: the first
};

/// @param shown the token that the request shows in a header, which then needs no body; empty where it shows none
Result<SessionRequest> parse_session_request(std::string_view shown, std::string_view body);

/// The value of a field of a form, or of a query, decoded; empty where there is none.
std::string form_value(std::string_view form, std::string_view name);

}  // namespace home_energy
