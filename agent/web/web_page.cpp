#include "agent/web/web_page.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "agent/web/web_files.hpp"
#include "common/base/text.hpp"
#include "common/time/iso8601.hpp"
#include "common/wire/wire_numbers.hpp"

namespace home_energy {
namespace {

constexpr std::string_view kTemplate = "index.html";
constexpr std::string_view kSignIn = "sign_in.html";

std::string_view content_of(std::string_view name) {
  const auto files = web_files();
  const auto found = std::ranges::find(files, name, &WebFile::name);
  return found == files.end() ? std::string_view{} : found->content;
}

std::string_view content_type(std::string_view name) {
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "application/octet-stream";
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

template <class Append>
std::string written(const Append& append) {
  std::string out;
  append(out);
  return out;
}

std::string joined(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) (out += out.empty() ? "" : " ") += word;
  return out;
}

using Values = std::vector<std::pair<std::string_view, std::string>>;

Values values_of(const WebPage& page) {
  const Snapshot& home = page.snapshot;
  const auto kwh = [&](Energy energy) {
    return written([&](std::string& out) { wire::append_kwh(out, energy.count(), home.ticks_per_hour, 2); });
  };
  const auto kw = [](Watts power) { return written([&](std::string& out) { wire::append_kw(out, power); }); };
  const Charging next = home.car.charging == Charging::on ? Charging::off : Charging::on;
  const bool failing = page.store.state == StoreHealth::State::failing;
  return {
      {"root", page.root},
      {"base", page.base},
      {"home", page.home},
      {"homes", std::to_string(page.homes)},
      {"topics", joined(page.topics)},
      {"devices", joined(page.devices)},
      {"clock", page.real_time ? "local" : "simulated"},
      {"time", time_text(std::int64_t{home.hour} * kMinutesPerHour + home.minute)},
      {"days", page.has_dates ? "dates" : "numbers"},
      {"day", page.has_dates ? date_text(home.date) : std::to_string(home.day)},
      {"day_number", std::to_string(home.day)},
      {"soc_percent", written([&](std::string& out) { wire::append_percent(out, home.car.soc()); })},
      {"stored_kwh", kwh(home.car.stored)},
      {"capacity_kwh", kwh(home.car.capacity)},
      {"charging", std::string(wire::text(home.car.charging))},
      {"next", std::string(wire::text(next))},
      {"power_kw", kw(home.car.power)},
      {"base_kw", kw(home.base_power)},
      {"price", written([&](std::string& out) { wire::append_price_value(out, home.price); })},
      {"price_unit", page.labels.currency + "/kWh"},
      {"limit_percent", written([&](std::string& out) { wire::append_percent(out, home.car.limit); })},
      {"token", page.session == WebSession::closed ? "required" : "none"},
      {"form", page.session == WebSession::closed ? "hidden" : ""},
      {"sign_in", page.session == WebSession::closed ? "" : "hidden"},
      {"sign_out", page.session == WebSession::open ? "" : "hidden"},
      {"store_banner", failing ? "" : "hidden"},
      {"store_reason", page.store.reason},
      {"version", std::string(page.version)},
  };
}

std::string filled(std::string_view text, const Values& values) {
  constexpr std::string_view kBegin = "{{";
  constexpr std::string_view kEnd = "}}";
  std::string out;
  while (true) {
    const auto begin = text.find(kBegin);
    out += text.substr(0, begin);
    if (begin == std::string_view::npos) return out;
    const auto end = text.find(kEnd, begin);
    const auto name = text.substr(begin + kBegin.size(), end - begin - kBegin.size());
    const auto value = std::ranges::find(values, name, [](const auto& pair) { return pair.first; });
    if (value != values.end()) out += escaped(value->second);
    text.remove_prefix(std::min(end, text.size() - kEnd.size()) + kEnd.size());
  }
}

}  // namespace

/// The page loads nothing from elsewhere, runs no script but its own files, and stands in the frames of those alone who
/// are named. Without a referrer a browser sends the origin of a form as `null`: that of the token must tell whether it
/// comes over TLS, and goes to no other site all the same.
std::string web_headers(const std::string& frame_ancestors, WebForms forms) {
  return "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
         "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors " +
         frame_ancestors +
         "\r\n"
         "X-Content-Type-Options: nosniff\r\n"
         "Referrer-Policy: " +
         (forms == WebForms::guarded ? "same-origin" : "no-referrer") + "\r\n";
}

HttpResponse web_page(const WebPage& page, const std::string& headers) {
  return {.body = filled(content_of(kTemplate), values_of(page)),
          .content_type = "text/html; charset=utf-8",
          .headers = headers};
}

HttpResponse web_sign_in(const WebSignIn& page, const std::string& headers) {
  const Values values{{"root", page.root},
                      {"home", page.home},
                      {"refused", page.refused ? "" : "hidden"},
                      {"framed", page.framed ? "" : "hidden"}};
  return {.body = filled(content_of(kSignIn), values), .content_type = "text/html; charset=utf-8", .headers = headers};
}

HttpResponse web_file(std::string_view name, const std::string& headers) {
  const auto content = name.ends_with(".html") ? std::string_view{} : content_of(name);
  if (content.empty()) return error_response(404, "file " + excerpt(name) + " does not exist");
  return {.body = {}, .content_type = content_type(name), .headers = headers, .constant_body = content};
}

}  // namespace home_energy
