// Takes three delays out of Paho that none of its options reaches. Linked into the executable, these definitions stand
// before the C library's, and apply to Paho's own threads alone, which it names `MQTTAsync_...`.
//
// - After each idle second its receiving thread sleeps for 100 ms before it looks at the socket again: a command that
//   comes a second after the last one waited up to 95 ms. Here that sleep lasts 1 ms at most. Without a connection the
//   thread does nothing but sleep: then it gets its long sleeps, or it would wake a thousand times a second.
// - It never sets TCP_NODELAY: a telemetry message behind an acknowledgement waited 40 ms for the broker's own.
// - A connection that is ready to be written to is looked at only after the thread has waited a second for something to
//   read from it: CONNECT went out that late. Here that wait lasts 10 ms at most until the broker has answered.
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <string_view>

namespace {

constexpr long kNanosecondsPerMicrosecond = 1000;
constexpr useconds_t kMicrosecondsPerSecond = 1'000'000;
constexpr useconds_t kShortSleep = 1000;

bool is_paho_thread() {
  std::array<char, 16> name{};
  pthread_getname_np(pthread_self(), name.data(), name.size());
  return std::string_view(name.data()).starts_with("MQTTAsync_");
}

/// Whether this sleep of the thread is one of many on end. With a connection it sleeps once in a second.
bool only_sleeps() {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kOnEnd{500};
  constexpr int kMany = 200;
  thread_local Clock::time_point last;
  thread_local int on_end = 0;
  const auto now = Clock::now();
  on_end = now - last < kOnEnd ? on_end + 1 : 0;
  last = now;
  return on_end > kMany;
}

/// The descriptor of Paho's connection until the broker has answered on it; -1 where there is none.
std::atomic<int> connecting = -1;

bool waits_for_connection(const pollfd* files, nfds_t count) {
  const int socket = connecting.load(std::memory_order_relaxed);
  return socket >= 0 && is_paho_thread() && std::any_of(files, files + count, [&](const pollfd& file) {
           return file.fd == socket && (file.events & POLLIN) != 0;
         });
}

}  // namespace

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the C library's names are reserved
extern "C" int usleep(useconds_t microseconds) {
  if (is_paho_thread() && !only_sleeps()) microseconds = std::min(microseconds, kShortSleep);
  const timespec duration{.tv_sec = microseconds / kMicrosecondsPerSecond,
                          .tv_nsec = microseconds % kMicrosecondsPerSecond * kNanosecondsPerMicrosecond};
  const int error = clock_nanosleep(CLOCK_MONOTONIC, 0, &duration, nullptr);
  if (error == 0) return 0;
  errno = error;
  return -1;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the C library's names are reserved
extern "C" int connect(int socket, const sockaddr* address, socklen_t length) {
  using Connect = int (*)(int, const sockaddr*, socklen_t);
  static const auto kLibcConnect = std::bit_cast<Connect>(dlsym(RTLD_NEXT, "connect"));
  if (is_paho_thread() && (address->sa_family == AF_INET || address->sa_family == AF_INET6)) {
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connecting = socket;
  }
  return kLibcConnect(socket, address, length);
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the C library's names are reserved
extern "C" int poll(pollfd* files, nfds_t count, int timeout) {
  constexpr int kShortWait = 10;  // ms
  using Poll = int (*)(pollfd*, nfds_t, int);
  static const auto kLibcPoll = std::bit_cast<Poll>(dlsym(RTLD_NEXT, "poll"));
  const bool is_short = timeout > kShortWait && waits_for_connection(files, count);
  const int ready = kLibcPoll(files, count, is_short ? kShortWait : timeout);
  if (is_short && ready > 0) connecting = -1;
  return ready;
}
