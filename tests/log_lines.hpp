/// @file
/// The lines of the log, for the tests: in place of the console while one of these is there.
#pragma once

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "agent/system/paced_log.hpp"

namespace home_energy::test {

class LogLines {
 public:
  /// Waits until what was logged before keeps no line back (kLogPause).
  LogLines() : before_(spdlog::default_logger()) {
    std::this_thread::sleep_for(kLogPause);
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("", sink_));
  }
  ~LogLines() { spdlog::set_default_logger(before_); }
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;
  LogLines(LogLines&&) = delete;
  LogLines& operator=(LogLines&&) = delete;

  /// Those of defects.
  std::vector<std::string> errors() const { return sink_->errors(); }

 private:
  class Sink : public spdlog::sinks::base_sink<std::mutex> {
   public:
    std::vector<std::string> errors() {
      const std::scoped_lock lock(mutex_);
      return errors_;
    }

   protected:
    void sink_it_(const spdlog::details::log_msg& line) override {
      if (line.level >= spdlog::level::err) errors_.emplace_back(line.payload.data(), line.payload.size());
    }
    void flush_() override {}

   private:
    std::vector<std::string> errors_;
  };

  std::shared_ptr<Sink> sink_ = std::make_shared<Sink>();
  std::shared_ptr<spdlog::logger> before_;
};

using Lines = std::vector<std::string>;

}  // namespace home_energy::test
