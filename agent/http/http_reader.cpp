#include "agent/http/http_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

namespace home_energy {
namespace {

namespace http = boost::beast::http;
using NetError = boost::system::error_code;

constexpr std::size_t kReadSize = std::size_t{4} * 1024;
constexpr std::string_view kLastChunk = "0\r\n\r\n";

std::string_view view(boost::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

struct HttpReader::Parts {
  std::string_view unread() const { return {static_cast<const char*>(buffer.data().data()), buffer.size()}; }

  boost::beast::flat_buffer buffer;
  std::optional<http::request_parser<http::string_body>> parser;
  bool continue_sent = false;
  NetError error;              ///< of a request that cannot be read
  std::string_view failed_at;  ///< what the parser was given then
};

HttpReader::HttpReader() : parts_(std::make_unique<Parts>()) {
  next();
}

HttpReader::~HttpReader() = default;

boost::asio::mutable_buffer HttpReader::space() {
  return parts_->buffer.prepare(kReadSize);
}

void HttpReader::received(std::size_t size) {
  parts_->buffer.commit(size);
}

void HttpReader::clear() {
  parts_->buffer.clear();
}

bool HttpReader::empty() const {
  return parts_->buffer.size() == 0;
}

void HttpReader::next() {
  auto& parser = parts_->parser.emplace();
  parser.eager(true);
  parser.header_limit(kMaxHeader);
  parser.body_limit(kMaxBody);
  parts_->continue_sent = false;
}

HttpReader::Step HttpReader::read() {
  auto& buffer = parts_->buffer;
  auto& parser = parts_->parser;
  auto& error = parts_->error;
  if (!parser->got_some()) {  // some clients end a body with a line end that belongs to nothing (RFC 9112, 2.2)
    buffer.consume(std::min(parts_->unread().find_first_not_of("\r\n"), buffer.size()));
    if (empty()) return Step::starved;
  }
  const auto given = parts_->unread();
  if (is_within_last_chunk() && given.size() < kLastChunk.size()) return Step::starved;
  error = {};
  buffer.consume(parser->put(buffer.data(), error));
  if (error && error != http::error::need_more) {
    parts_->failed_at = given;
    return Step::failed;
  }
  if (parser->is_done()) return Step::request;
  return error == http::error::need_more ? Step::starved : Step::moved;
}

bool HttpReader::is_within_last_chunk() const {
  return parts_->error == http::error::need_more && has_header() && parts_->parser->chunked() &&
         parts_->unread().starts_with('0');
}

bool HttpReader::is_idle() const {
  return empty() && !parts_->parser->got_some();
}

bool HttpReader::has_header() const {
  return parts_->parser->is_header_done();
}

bool HttpReader::wants_continue() {
  if (parts_->continue_sent || !has_header()) return false;
  parts_->continue_sent = boost::beast::iequals(parts_->parser->get()[http::field::expect], "100-continue");
  return parts_->continue_sent;
}

std::size_t HttpReader::size() const {
  return parts_->buffer.size() + parts_->parser->get().body().size();
}

CrossOrigin HttpReader::readers(const HostNames& admitted) const {
  const auto origins = parts_->parser->get().equal_range(http::field::origin);
  const bool open = std::all_of(origins.first, origins.second,
                                [&](const auto& origin) { return is_open_to(view(origin.value()), admitted); });
  const auto text = parts_->failed_at.empty() ? parts_->unread() : parts_->failed_at;
  return open && (has_header() || is_open_to_head(text, admitted)) ? CrossOrigin::allowed : CrossOrigin::withheld;
}

HttpRequest HttpReader::request(CrossOrigin readers) const {
  const auto& message = parts_->parser->get();
  return {.method = view(message.method_string()),
          .target = view(message.target()),
          .body = message.body(),
          .host = view(message[http::field::host]),
          .origin = view(message[http::field::origin]),
          .foreign_origin = readers == CrossOrigin::withheld,
          .authorization = view(message[http::field::authorization]),
          .cookies = view(message[http::field::cookie]),
          .fetch_site = view(message["Sec-Fetch-Site"]),
          .accept = view(message[http::field::accept]),
          .content_type = view(message[http::field::content_type]),
          .last_event_id = view(message["Last-Event-ID"]),
          .asked_headers = view(message[http::field::access_control_request_headers]),
          .preflight = message.count(http::field::access_control_request_method) > 0,
          .asks_private_network = message.count("Access-Control-Request-Private-Network") > 0};
}

Persistence HttpReader::persistence() const {
  const auto& message = parts_->parser->get();
  if (!message.keep_alive()) return Persistence::close;
  return message.version() >= 11 ? Persistence::keep_alive : Persistence::keep_alive_http10;
}

bool HttpReader::is_head() const {
  return parts_->parser->get().method() == http::verb::head;
}

std::size_t HttpReader::hosts() const {
  return parts_->parser->get().count(http::field::host);
}

HttpResponse HttpReader::failure() const {
  if (parts_->error == http::error::header_limit) {
    return error_response(431, fmt::format("header must be at most {} bytes", kMaxHeader));
  }
  if (parts_->error == http::error::body_limit) {
    return error_response(413, fmt::format("body must be at most {} bytes", kMaxBody));
  }
  return error_response(400, "request cannot be read: " + parts_->error.message());
}

}  // namespace home_energy
