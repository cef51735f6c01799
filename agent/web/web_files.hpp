/// @file
/// The files of agent/web, embedded at build time by agent/web/embed_web.cmake.
#pragma once

#include <span>
#include <string_view>

namespace home_energy {

struct WebFile {
  std::string_view name;
  std::string_view content;
};

std::span<const WebFile> web_files();

}  // namespace home_energy
