#include "agent/system/service_manager.hpp"

#include <systemd/sd-daemon.h>

#include "agent/system/guarded_timer.hpp"

namespace home_energy {
namespace {

using namespace std::chrono_literals;

constexpr auto kTellAgain = 1s;  ///< after a defect
constexpr auto kExtendEach = 10s;
constexpr const char* kExtended = "EXTEND_TIMEOUT_USEC=30000000";  ///< until half a minute from now

void tell(const char* state) {
  ::sd_notify(
      0, state);  // where it fails nobody listens, or the service manager has what it needs for that: its time-outs
}

}  // namespace

ServiceManager::ServiceManager(boost::asio::io_context& io) : timer_(io) {
  std::uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(0, &microseconds) > 0) watchdog_ = std::chrono::microseconds(microseconds);
}

void ServiceManager::starting() {
  tell(kExtended);
  call_after(timer_, kExtendEach, kTellAgain, "the service manager", [this] { starting(); });
}

void ServiceManager::ready() {
  timer_.cancel();
  tell("READY=1");
  if (watchdog_.count() > 0) feed_watchdog();
}

void ServiceManager::feed_watchdog() {
  tell("WATCHDOG=1");
  call_after(timer_, watchdog_ / 3, kTellAgain, "the service manager", [this] { feed_watchdog(); });
}

void ServiceManager::stopping() {
  tell("STOPPING=1");
}

}  // namespace home_energy
