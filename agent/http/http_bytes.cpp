#include "agent/http/http_bytes.hpp"

#include <array>

namespace home_energy {
namespace {
constexpr int kNoContent = 204;
}

ResponseWriter::ResponseWriter(const std::string& server) : server_("Server: " + server + "\r\n") {}

void ResponseWriter::append_head(std::string& out, const HttpResponse& response, CrossOrigin readers, std::time_t now) {
  if (now != date_of_) {
    std::array<char, 64> text{};
    std::tm utc{};
    gmtime_r(&now, &utc);
    date_.assign(text.data(), std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc));
    date_of_ = now;
  }
  out += "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\n";
  out += server_;
  if (readers == CrossOrigin::allowed) out += "Access-Control-Allow-Origin: *\r\n";
  out += "Cache-Control: no-store\r\n";
  out += date_;
  if (response.status != kNoContent) {
    out += "Content-Type: ";
    out += response.content_type;
    out += "\r\n";
  }
  out += response.headers;
}

void ResponseWriter::append_stream_head(std::string& out, const HttpResponse& response, CrossOrigin readers,
                                        std::time_t now) {
  append_head(out, response, readers, now);
  out += "Connection: close\r\n\r\n";
}

void ResponseWriter::append(std::string& out, const HttpResponse& response, CrossOrigin readers,
                            Persistence persistence, bool with_body, std::time_t now) {
  append_head(out, response, readers, now);
  if (response.status != kNoContent) {
    out += "Content-Length: ";
    out += std::to_string(response.body.size() + response.constant_body.size());
    out += "\r\n";
  }
  switch (persistence) {
    case Persistence::keep_alive:
      break;
    case Persistence::keep_alive_http10:
      out += "Connection: keep-alive\r\n";
      break;
    case Persistence::close:
      out += "Connection: close\r\n";
      break;
  }
  out += "\r\n";
  if (with_body) out += response.body;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 303:
      return "See Other";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Payload Too Large";
    case 421:
      return "Misdirected Request";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Unknown";
  }
}

}  // namespace home_energy
