#include "agent/system/process_figures.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace home_energy {
namespace {

double seconds(const timeval& time) {
  using std::chrono::microseconds;
  return std::chrono::duration<double>(std::chrono::seconds(time.tv_sec) + microseconds(time.tv_usec)).count();
}

}  // namespace

ProcessFigures process_figures() {
  ProcessFigures figures{};
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0) figures.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  std::size_t all = 0;
  std::size_t resident = 0;
  if (std::ifstream("/proc/self/statm") >> all >> resident) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    figures.virtual_bytes = all * page;
    figures.resident_bytes = resident * page;
  }
  std::error_code unknown;
  for (std::filesystem::directory_iterator each("/proc/self/fd", unknown), end; !unknown && each != end;
       each.increment(unknown))
    ++figures.open_descriptors;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.most_descriptors = limit.rlim_cur;
  return figures;
}

}  // namespace home_energy
