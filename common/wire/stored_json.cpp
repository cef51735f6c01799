#include "common/wire/stored_json.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "common/base/text.hpp"

namespace home_energy::stored {

std::string text_of(Int128 value) {
  if (value == 0) return "0";
  std::string digits;
  for (Int128 rest = value; rest != 0; rest /= 10) {
    const auto digit = static_cast<int>(rest % 10);
    digits += static_cast<char>('0' + (digit < 0 ? -digit : digit));
  }
  if (value < 0) digits += '-';
  std::ranges::reverse(digits);
  return digits;
}

void refuse(const std::string& what) {
  throw std::runtime_error(what);
}

void refuse_value(const std::string& key, Int128 lowest, Int128 highest, const Json& got) {
  refuse(key + " must be a whole number within " + text_of(lowest) + ".." + text_of(highest) + ", got " +
         excerpt(got.dump(-1, ' ', true, Json::error_handler_t::replace)));
}

std::int64_t whole(const Json& object, const std::string& key, std::int64_t lowest, std::int64_t highest) {
  const Json& value = object.at(key);
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() ||
                     value.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()});
  if (!fits || value.get<std::int64_t>() < lowest || value.get<std::int64_t>() > highest)
    refuse_value(key, lowest, highest, value);
  return value.get<std::int64_t>();
}

}  // namespace home_energy::stored
