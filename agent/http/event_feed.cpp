#include "agent/http/event_feed.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <utility>

namespace home_energy {
namespace {

/// The number of an id `<run>-<number>`; 0 where it is of another run, or no id.
std::uint64_t number_of(std::string_view id, std::string_view run) {
  std::uint64_t number = 0;
  if (!id.starts_with(run) || id.size() <= run.size() || id[run.size()] != '-') return 0;
  const auto* const end = id.data() + id.size();
  const auto read = std::from_chars(id.data() + run.size() + 1, end, number);
  return read.ec == std::errc() && read.ptr == end ? number : 0;
}

}  // namespace

EventFeed::EventFeed(const Runner& runner, const Outbox& outbox)
    : runner_(runner),
      outbox_(outbox),
      run_(fmt::format("{:x}", std::chrono::system_clock::now().time_since_epoch().count())) {}

EventSource EventFeed::open(std::size_t home, std::string_view last_event_id) const {
  auto seen = number_of(last_event_id, run_);
  if (seen > outbox_.changes()) seen = 0;
  return [this, home, seen, begun = false](std::string& out) mutable {
    if (!std::exchange(begun, true)) out += "retry: 1000\n\n";
    bool any = false;
    const auto& names = runner_.topic_names();
    for (std::size_t topic = 0; topic < names.size(); ++topic) {
      const auto id = runner_.topic_id(home, topic);
      if (outbox_.changed(id) <= seen) continue;
      if (any) out += '\n';
      any = true;
      out += fmt::format("event: {}\ndata: {}\n", names[topic], outbox_.payload(id));
    }
    // The last one has the id of all: who loses the connection before it has had none of them.
    if (any) out += fmt::format("id: {}-{}\n\n", run_, outbox_.changes());
    seen = outbox_.changes();
  };
}

}  // namespace home_energy
