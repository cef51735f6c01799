/// @file
/// The page for people: its files, which are part of the program, and its first state, filled in so that it is there
/// without JavaScript and at the first paint.
#pragma once

#include <string>
#include <string_view>

#include "agent/routes.hpp"

namespace home_energy {

struct WebPage {
  std::string base;  ///< what the home's endpoints begin with; empty for the first home
  std::string home;
  std::size_t homes;
  const Snapshot& snapshot;
  const wire::Labels& labels;
  bool real_time;
  bool needs_token;
  const StoreHealth& store;
  std::string_view version;
};

HttpResponse web_page(const WebPage& page);

/// A file of agent/web, or Chart.js as `chart.js`; 404 where there is none of that name.
HttpResponse web_file(std::string_view name);

}  // namespace home_energy
