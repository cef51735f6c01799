#!/usr/bin/env bash
# Every check of .clang-tidy; ./dev test leaves out what .clang-tidy names as style only.
. "$(dirname "$0")/environment.sh"
exec ./dev tidy --all
