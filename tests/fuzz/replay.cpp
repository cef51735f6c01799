// Replays files through a target, without a fuzzer: fuzz_replay TARGET FILE|FOLDER...
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include "tests/fuzz/targets.hpp"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path)) files.push_back(entry.path());
  return files;
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments, arguments + count);
  const auto* const target = words.size() < 3 ? nullptr : home_energy::fuzz::find_target(words[1]);
  if (target == nullptr) {
    std::cerr << "usage: fuzz_replay TARGET FILE|FOLDER...\n";
    return 2;
  }
  std::size_t replayed = 0;
  for (std::size_t i = 2; i < words.size(); ++i) {
    for (const auto& path : files_of(words[i])) {
      std::ifstream file(path, std::ios::binary);
      const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
      std::cout << path.filename().string() << std::endl;  // flushed: the last one told is the one that fails
      target->run(bytes);
      ++replayed;
    }
  }
  if (replayed == 0) std::cerr << "nothing to replay\n";
  return replayed == 0 ? 1 : 0;
}
