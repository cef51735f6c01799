#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <chrono>
#include <thread>

namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Runs on a thread of this name, as Paho's are.
template <class Work>
void on_thread(const char* name, const Work& work) {
  std::thread([&] {
    pthread_setname_np(pthread_self(), name);
    work();
  }).join();
}

steady_clock::duration time_to_sleep(const char* thread) {
  steady_clock::duration slept{};
  on_thread(thread, [&] {
    const auto began = steady_clock::now();
    usleep(100'000);
    slept = steady_clock::now() - began;
  });
  return slept;
}

int no_delay_after_connect(const char* thread) {
  int value = -1;
  on_thread(thread, [&] {
    const int peer = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(1);  // nobody there: the option is set all the same
    connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof value;
    getsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &value, &size);
    close(peer);
  });
  return value;
}

}  // namespace

TEST_CASE("Paho's threads do not sleep for long, others sleep as they ask") {
  CHECK(time_to_sleep("MQTTAsync_rcv") < 90ms);
  CHECK(time_to_sleep("other") >= 100ms);
}

TEST_CASE("a thread of Paho's that does nothing but sleep gets its long sleeps back") {
  on_thread("MQTTAsync_rcv", [] {
    for (int i = 0; i < 300; ++i) usleep(1'000);
    const auto began = steady_clock::now();
    usleep(50'000);
    CHECK(steady_clock::now() - began >= 50ms);
  });
}

TEST_CASE("Paho's connections send at once, others are left alone") {
  CHECK(no_delay_after_connect("MQTTAsync_send") != 0);
  CHECK(no_delay_after_connect("other") == 0);
}

TEST_CASE("the library finds these definitions before the C library's") {
  for (const auto* name : {"usleep", "connect"}) {
    Dl_info found{};
    REQUIRE(dladdr(dlsym(RTLD_DEFAULT, name), &found) != 0);
    CHECK(std::string(found.dli_fname).find(".so") == std::string::npos);
  }
}
