/// @file
/// The page for people: its files, which are part of the program, and its first state, filled in so that it is there
/// without JavaScript and at the first paint.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agent/http/http_message.hpp"
#include "agent/store/store_health.hpp"
#include "common/wire/wire.hpp"
#include "common/world/home.hpp"

namespace home_energy {

/// Of the browser that asks; `none` where no token is set.
enum class WebSession { none, open, closed };

struct WebPage {
  std::string root;  ///< the way up to the folder of all paths: empty, `../`
  std::string base;  ///< what the addresses of the home's endpoints begin with: empty, `../homes/x/`
  std::string home;
  std::size_t homes;
  std::span<const std::string_view> topics;   ///< of the home, as its events have them
  std::span<const std::string_view> devices;  ///< those of its further devices
  const Snapshot& snapshot;
  const wire::Labels& labels;
  bool real_time;
  bool has_dates;  ///< days are told by their dates, not by numbers
  WebSession session;
  const StoreHealth& store;
  std::string_view version;
};

/// The page that asks for the token and tells no value of a home. It needs no script.
struct WebSignIn {
  std::string root;
  std::string home;  ///< whose page was asked for; perhaps none that exists
  bool refused;      ///< the token that was given is not the one
  bool framed;       ///< pages of others may show it in a frame
};

enum class WebForms { open, guarded };  ///< whether a token is set

/// The header lines of pages and their files.
std::string web_headers(const std::string& frame_ancestors, WebForms forms);

HttpResponse web_page(const WebPage& page, const std::string& headers);
HttpResponse web_sign_in(const WebSignIn& page, const std::string& headers);

/// A file of agent/web, or Chart.js as `chart.js`; 404 where there is none of that name.
HttpResponse web_file(std::string_view name, const std::string& headers);

}  // namespace home_energy
