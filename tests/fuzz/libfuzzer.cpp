// libFuzzer's side: FUZZ_TARGET in the environment names the target, the rest is libFuzzer's command line.
#include <spdlog/spdlog.h>

#include <cstddef>
#include <cstdlib>
#include <iostream>

#include "tests/fuzz/targets.hpp"

namespace {
const home_energy::fuzz::Target* target = nullptr;
}

extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*arguments*/) {
  const char* const name = std::getenv("FUZZ_TARGET");
  target = home_energy::fuzz::find_target(name == nullptr ? "" : name);
  if (target == nullptr) {
    std::cerr << "FUZZ_TARGET must be one of:";
    for (const auto& each : home_energy::fuzz::targets()) std::cerr << ' ' << each.name;
    std::cerr << '\n';
    std::exit(2);
  }
  spdlog::set_level(spdlog::level::off);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  target->run({data, size});
  return 0;
}
