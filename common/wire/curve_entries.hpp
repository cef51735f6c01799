/// @file
/// Reads lists of dated values, in any of the shapes that `curve_shapes.hpp` knows.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/time/timed_values.hpp"
#include "common/wire/curve_context.hpp"
#include "common/wire/curve_text.hpp"

namespace home_energy {

/// Which dated values are taken.
enum class DatesTaken {
  today_and_tomorrow,  ///< while time runs
  any_span,            ///< of a file
  none,                ///< of a file that holds a curve for every day
};

/// Prices or loads: what is different between them.
struct CurveKind {
  std::string field;
  CurveRange range;
  bool is_money;  ///< then a currency beside the values has to be ours
  DatesTaken dates;
  Result<double> (*divisor)(std::string_view unit, const CurveKind& kind, const CurveContext& context);
  /// Of a spreadsheet's heading; none where it names no unit.
  Result<std::optional<double>> (*divisor_in)(std::string_view heading, const CurveKind& kind,
                                              const CurveContext& context);
  /// Whether values that came without a unit can be in ours: counts in small units.
  Result<void> (*plausible)(std::vector<std::int64_t> counts, const CurveKind& kind, const CurveContext& context);
};

/// How one text is read.
struct CurveReading {
  const CurveKind& kind;
  const CurveContext& context;
  std::optional<double>
      divisor{};  ///< what values are divided by for the unit that the whole names; none: it names none

  tl::unexpected<Error> fail(ErrorCode code, const std::string& predicate) const {
    return failure(code, kind.field, kind.field + " " + predicate);
  }
};

struct EntriesRead {
  std::vector<TimedValue> values;  ///< in order of the starts as they were written; those that are null are left out
  bool has_unit;                   ///< all of them came with one, or their shape means one that is not ours
};

/// The unit that an object names; nothing where it names none.
Result<std::optional<double>> divisor_of(const nlohmann::json& object, const CurveReading& reading);

/// At most 400 entries in all, of a file 200,000. Times within 2 s of a whole minute mean it: so some write an end.
Result<EntriesRead> read_entries(const std::vector<const nlohmann::json*>& lists, const CurveReading& reading);

}  // namespace home_energy
