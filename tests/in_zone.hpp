/// @file
/// Tests that run in a time zone.
#pragma once

#include <string>

#include "agent/system/local_time.hpp"

namespace home_energy::test {

/// The process runs in a zone while it lives, and in UTC afterwards.
struct InZone {
  explicit InZone(const std::string& zone) { local_time::use_zone(zone); }
  InZone(const InZone&) = delete;
  InZone& operator=(const InZone&) = delete;
  InZone(InZone&&) = delete;
  InZone& operator=(InZone&&) = delete;
  ~InZone() { local_time::use_zone("UTC"); }
};

}  // namespace home_energy::test
