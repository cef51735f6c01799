#include "agent/http/http_message.hpp"

#include "common/wire/wire.hpp"

namespace home_energy {

HttpResponse error_response(int status, std::string_view reason) {
  return {.status = status, .body = wire::http::error(reason)};
}

}  // namespace home_energy
