#!/bin/sh
# The core is told everything: no header for sockets, threads, files or clocks, and no call that reads one.
folder=$1
forbidden='#include <(thread|mutex|shared_mutex|atomic|future|condition_variable|fstream|iostream|filesystem|ctime|time\.h|sys/|unistd|boost/|mqtt/|sqlite|spdlog|cstdio|random)|(system|steady)_clock|getenv|::now\('
[ -n "$(find "$folder" -name '*.hpp')" ] || { echo "no headers in $folder"; exit 1; }
if grep -rnE "$forbidden" "$folder"; then
  echo "the core in $folder must not do input or output, nor read a clock"
  exit 1
fi
