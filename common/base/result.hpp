/// @file
/// How an expected failure is told: as a value that names the field and the reason. Exceptions are for defects.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace home_energy {

enum class ErrorCode {
  malformed,        ///< the text is not of the form at all
  missing,          ///< the field is not there
  illegal,          ///< the field is there, of a wrong type or value
  unknown_command,  ///< there is no command of that name
  unknown_home,     ///< there is no home of that id
  too_large,        ///< longer than the field's limit
  absent,           ///< the home has no such thing
};

struct Error {
  ErrorCode code;
  std::string field;   ///< what it is about, as it is spelt on the wire
  std::string reason;  ///< a whole sentence for people: names the field and what is legal
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(ErrorCode code, std::string field, std::string reason) {
  return tl::unexpected<Error>(Error{code, std::move(field), std::move(reason)});
}

}  // namespace home_energy
