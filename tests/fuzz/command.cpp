#include <nlohmann/json.hpp>

#include "common/base/text.hpp"
#include "common/wire/clock_reader.hpp"
#include "common/wire/command_reader.hpp"
#include "common/wire/wire.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy::fuzz {

void command(Bytes bytes) {
  Input input(bytes);
  const std::size_t which = input.below(wire::command::all().size() + 1);
  const bool known = which < wire::command::all().size();
  const TextForm form = input.flag() ? TextForm::form : TextForm::bare;
  const bool dated = input.flag();
  const std::string text = input.rest();
  if (which == 0) {
    const auto clock = parse_clock_command(text, form);
    if (!clock.command)
      hold(is_utf8(clock.command.error().reason) && clock.command.error().reason.size() < 400, "a reason");
    if (clock.command) hold(clock.command->move || clock.command->seconds_per_hour, "something to do");
  }
  const std::string_view name = known ? wire::command::all()[which] : std::string_view("chargé\"\\");
  const auto parsed =
      parse_command(name, text, form, {"SEK", Resolution::quarter_hourly, dated ? &stockholm() : nullptr, today().day});
  if (!known) hold(!parsed.command, "a command of no name");
  if (!parsed.command) {
    hold(!parsed.command.error().reason.empty() && parsed.command.error().reason.size() < 400, "a reason");
    hold(is_utf8(parsed.command.error().reason), "a reason in UTF-8");
  }
  if (parsed.id) {
    const auto id = nlohmann::json::parse(*parsed.id);
    hold(id.is_string() || id.is_number(), "an id");
  }
  const auto outcome = parsed.command.map([](const Command& command) { return Receipt{command}; });
  const std::string receipt = wire::receipt(name, parsed.id, outcome);
  hold_json(receipt);
  hold(receipt.size() < 4096, "a short receipt");
  if (outcome) hold_json(wire::http::result(*outcome));
  if (!outcome) hold_json(wire::http::error(outcome.error().reason));
}

}  // namespace home_energy::fuzz
