#include "common/wire/session_request.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/text.hpp"

namespace home_energy {
namespace {

std::string json_value(const nlohmann::json& fields, const char* name) {
  const auto field = fields.is_object() ? fields.find(name) : fields.end();
  return field != fields.end() && field->is_string() ? field->get<std::string>() : std::string();
}

}  // namespace

std::string form_value(std::string_view form, std::string_view name) {
  while (!form.empty()) {
    const auto field = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(field.size() + 1, form.size()));
    const auto equals = field.find('=');
    if (equals != std::string_view::npos && field.substr(0, equals) == name) {
      return percent_decoded(field.substr(equals + 1));
    }
  }
  return {};
}

Result<SessionRequest> parse_session_request(std::string_view shown, std::string_view body) {
  const bool is_json = trimmed(body).starts_with('{');
  const auto fields = is_json ? nlohmann::json::parse(body, nullptr, false) : nlohmann::json();
  const auto value = [&](const char* name) { return is_json ? json_value(fields, name) : form_value(body, name); };
  const auto home = value("home");
  if (value("session") == "closed") return SessionRequest{SessionRequest::Wish::close, {}, home};
  const auto sent = value("token");
  const auto token = trimmed(sent.empty() ? shown : sent);
  if (token.empty()) {
    return failure(ErrorCode::missing, "token",
                   R"(token is missing, send {"token":"..."}, the one of --http-token-file, as JSON or as a form; )"
                   R"({"session":"closed"} ends a session)");
  }
  return SessionRequest{SessionRequest::Wish::open, std::string(token), home};
}

}  // namespace home_energy
