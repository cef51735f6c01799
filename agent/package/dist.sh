# What ./dev package, image, addon and release make of the sources, in build/dist. Read by ./dev, in whose folder it runs.
# shellcheck shell=bash

# The Debian package, into build/dist: of this machine's architecture, and behind it of arm64 where that is asked for. Times in it are
# the commit's: the same sources give the same bytes.
package() {
  install_missing "${RUN_PACKAGES[@]}" "${PACKAGE_PACKAGES[@]}"
  export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
  mkdir -p build/dist
  rm -f build/dist/*.deb
  make_package package
  if [ "${1:-}" = arm64 ]; then
    install_missing "${ARM64_PACKAGES[@]}"
    export HOME_ENERGY_SYSROOT=$PWD/build/sysroot-arm64 HOME_ENERGY_DEPENDS
    HOME_ENERGY_DEPENDS=$(dpkg-deb -f build/dist/*.deb Depends)
    [ -d "$HOME_ENERGY_SYSROOT" ] || make_sysroot
    make_package package-arm64
  fi
  ls -l build/dist/*.deb
}

make_package() {
  cmake --preset "$1" >/dev/null
  cmake --build --preset "$1"
  rm -f build/"$1"/*.deb
  (cd "build/$1" && cpack >/dev/null)
  cp build/"$1"/*.deb build/dist/
}

# Debian's arm64 packages, of which the program is built.
make_sysroot() {
  local needed
  needed=$(printf '%s\n' "${RUN_PACKAGES[@]}" libc6-dev libstdc++-12-dev | grep -E -- '-dev$|^libjs-' | paste -sd,)
  as_root mmdebstrap --quiet --variant=extract --architectures=arm64 --include="$needed" bookworm "$HOME_ENERGY_SYSROOT"
}

# The container image, from Debian's packages alone: agent/Dockerfile with its files from outside.
image() {
  install_missing "${RUN_PACKAGES[@]}" "${PACKAGE_PACKAGES[@]}" "${IMAGE_PACKAGES[@]}"
  local arch=${1:-$(dpkg --print-architecture)} deb version name archive work
  package "${1:-}"
  deb=$(echo build/dist/*_"$arch".deb)
  version=$(dpkg-deb -f "$deb" Version)
  name=$(basename "$deb" .deb).image
  archive=build/dist/$name.tar
  work=$(mktemp -d)
  dpkg-deb -x "$deb" "$work/agent"
  as_root env SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" mmdebstrap --quiet --variant=extract --architectures="$arch" \
    --include=base-files --format=null \
    --extract-hook="APT_CONFIG=\$MMDEBSTRAP_APT_CONFIG $PWD/agent/package/image_root.sh \
      $work/agent/usr/bin/home-energy-agent $version $work/image" bookworm
  local buildah=(as_root buildah --storage-driver vfs --root "$work/storage" --runroot "$work/run")
  local id
  id=$("${buildah[@]}" bud --quiet --format docker --arch "$arch" --timestamp "$SOURCE_DATE_EPOCH" --isolation chroot \
    --target agent --build-context root="$work" --build-arg VERSION="$version" --build-arg REVISION="$(git rev-parse HEAD)" -f agent/Dockerfile .)
  rm -f "$archive" "$archive.gz"
  "${buildah[@]}" push --quiet "$id" "docker-archive:$archive:home-energy-agent:$version"
  gzip -9n "$archive"
  cp "$work/image/usr/share/doc/home-energy-agent/home-energy-agent.spdx" "build/dist/$name.spdx"
  tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" -C "$work/image" -cf build/image-root.tar .
  as_root rm -rf "$work"
  ls -l "$archive.gz"
}

# The add-on's folder with the files of the image, from which the Supervisor makes it at the user's machine.
addon() {
  image "${1:-}"
  local version folder archive
  version=$(sed -n 's/^version: "\(.*\)"/\1/p' agent/addon/config.yaml)
  folder=build/addon/home_energy_agent
  archive=build/dist/home-energy-agent-addon_${version}_${1:-$(dpkg --print-architecture)}.tar.gz
  rm -rf build/addon
  mkdir -p build/addon
  cp -r agent/addon "$folder"
  cp CHANGELOG.md "$folder/"
  [ "${1:-}" != arm64 ] || sed -i 's/^  - amd64$/  - aarch64/' "$folder/config.yaml"  # as the Supervisor calls it
  gzip -9nc build/image-root.tar >"$folder/root.tar.gz"
  tar --sort=name --owner=0 --group=0 --mtime="@$SOURCE_DATE_EPOCH" -C build/addon -c home_energy_agent | gzip -9n >"$archive"
  ls -l "$archive"
}

release() {
  local version changes
  refuse() { echo "./dev release: $1" >&2; return 1; }
  [ -z "$(git status --porcelain)" ] || refuse "what is not committed would be in no version, see git status"
  version=$(sed -n 's/^project(.* VERSION \([0-9.]*\) .*/\1/p' CMakeLists.txt)
  changes=$(sed -n "/^## ${version//./\\.}\$/,/^## /{/^## /!p}" CHANGELOG.md)
  [ -n "$changes" ] || refuse "CHANGELOG.md has no part ## $version"
  grep -qx "version: \"$version\"" agent/addon/config.yaml || refuse "agent/addon/config.yaml is not of version $version"
  rm -rf build/dist
  addon
  [ "${1:-}" != arm64 ] || addon arm64
  printf '# Home Energy Agent %s\n%s\n' "$version" "$changes" >"build/dist/home-energy-agent_$version.changes.md"
  (cd build/dist && sha256sum home-energy-agent* >SHA256SUMS && sha256sum --check --quiet SHA256SUMS)
  ls -l build/dist
}
