#!/bin/sh
# Installs the library and the agent into a folder of its own, builds a project outside of the tree with it, and runs it.
# usage: install_and_use.sh BUILD
set -eu
here=$(dirname "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install "$1" --prefix "$folder/installed" >/dev/null
# Nobody who includes the public headers is to need what the library is made of.
! grep -rnE 'nlohmann|__int128|Int128' "$folder/installed/include"
cp "$here/CMakeLists.txt" "$here/week.cpp" "$folder"
cmake -G Ninja -S "$folder" -B "$folder/build" -DCMAKE_PREFIX_PATH="$folder/installed" >/dev/null
cmake --build "$folder/build" >/dev/null
"$folder/build/week"
"$folder/installed/bin/home-energy-agent" --version
