/// @file
/// Text that came from outside: what to leave off it, and how much of it may be repeated in a message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace home_energy {

/// `text` without the blanks at both ends.
std::string_view trimmed(std::string_view text, std::string_view blanks = " \t\r\n");

/// The parts between separators, blanks and all; at least one, and one more than there are separators.
std::vector<std::string> parts_of(std::string_view text, char separator);

/// The words between blanks.
std::vector<std::string> words_of(std::string_view text);

/// `text` with small letters for the capitals of ASCII.
std::string lower_case(std::string text);

/// Whether `text` is UTF-8 throughout.
bool is_utf8(std::string_view text);

/// Whether `text` is of the form of `pattern`, in which a d stands for a digit: `dd:dd`.
bool has_form(std::string_view text, std::string_view pattern);

/// The number that the whole text is, 0..highest; nothing where it is anything else.
std::optional<std::int64_t> whole_number(std::string_view text, std::int64_t highest);

/// As forms and queries are written: `%6F` is o, `+` is a blank. What is no escape stays as it is.
std::string percent_decoded(std::string_view text);

/// `text` as it may stand in a message: quoted, cut to 40 bytes, and what is not UTF-8 or not printable left out.
std::string excerpt(std::string_view text);

}  // namespace home_energy
