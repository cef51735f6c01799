/// @file
/// Folders for the tests, gone afterwards.
#pragma once

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace home_energy::test {

struct TemporaryFolder {
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "home-energy-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  TemporaryFolder(TemporaryFolder&&) = delete;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;

  /// The one file whose name has `part` in it; empty where there is none, or more.
  std::filesystem::path only(const std::string& part) const {
    std::filesystem::path found;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.path().filename().string().find(part) == std::string::npos) continue;
      if (!found.empty()) return {};
      found = entry.path();
    }
    return found;
  }

  std::filesystem::path path;
};

inline std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace home_energy::test
