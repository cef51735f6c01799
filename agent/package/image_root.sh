#!/bin/sh
# The files of the container image: the agent, the libraries that it needs, certificates for mqtts://, time zones, and nothing to
# log in to: no shell, no package manager. What is in it says usr/share/doc/home-energy-agent/home-energy-agent.spdx.
# usage: image_root.sh AGENT VERSION FOLDER; APT_CONFIG may name another architecture's packages than this machine's
set -eu
agent=$(realpath "$1") version=$2 root=$3
# Of those that dpkg-shlibdeps and ldd name: libc6 and its parts, then what it takes to speak TLS and know the time.
readonly packages="base-files libc6 gcc-12-base libgcc-s1 libcrypt1 libstdc++6 libfmt9 libpaho-mqtt1.3 libpaho-mqttpp3-1
  libspdlog1.10 libsqlite3-0 libssl3 libsystemd0 libcap2 libgcrypt20 libgpg-error0 liblz4-1 liblzma5 libzstd1 libtomlplusplus3 ca-certificates tzdata"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$root"
# shellcheck disable=SC2086 # a list
(cd "$work" && apt-get -o APT::Sandbox::User=root download -qq $packages)
for package in "$work"/*.deb; do
  dpkg-deb -x "$package" "$root"
  name=$(dpkg-deb -f "$package" Package)
  mkdir -p "$root/var/lib/dpkg/status.d"  # where scanners look for what is in an image without dpkg
  dpkg-deb -f "$package" >"$root/var/lib/dpkg/status.d/$name"
done
cd "$root"

# What no program here reads; licences stay.
find usr/share/doc ! -type d ! -type l ! -name copyright -delete
rm -rf usr/share/man usr/share/locale usr/share/lintian usr/share/info usr/share/bug usr/share/gdb usr/share/gcc \
  usr/share/libgcrypt20 usr/share/base-files usr/share/dict usr/share/misc usr/lib/*/gconv usr/lib/*/audit \
  usr/share/zoneinfo/right usr/share/zoneinfo/posix etc/update-motd.d etc/profile.d etc/dpkg etc/default etc/ca-certificates etc/skel \
  usr/sbin usr/games usr/local root home opt srv mnt media boot
# What maintainer scripts would do.
mkdir -p etc/ssl/certs usr/bin var/lib/home-energy-agent tmp
cat usr/share/ca-certificates/mozilla/*.crt >etc/ssl/certs/ca-certificates.crt
rm -r usr/share/ca-certificates
echo 'hosts: files dns' >etc/nsswitch.conf
install -m 755 "$agent" usr/bin/home-energy-agent
chmod 1777 tmp
chown 10001:10001 var/lib/home-energy-agent
chmod 700 var/lib/home-energy-agent
find usr etc var bin sbin -depth -type d -empty ! -path var/lib/home-energy-agent -delete

# The list, in SPDX 2.3's tag-value format.
list=usr/share/doc/home-energy-agent/home-energy-agent.spdx
mkdir -p "${list%/*}"
arch=$(dpkg-deb -f "$work"/libc6_*.deb Architecture)
id_of() { printf %s "$1" | tr -c 'A-Za-z0-9.' -; }
escaped() { printf %s "$1" | sed 's/+/%2B/g; s/:/%3A/g; s/~/%7E/g'; }
package() {  # NAME VERSION SUPPLIER LICENCE PURL
  printf '\nPackageName: %s\nSPDXID: SPDXRef-%s\nPackageVersion: %s\nPackageSupplier: %s\n' "$1" "$(id_of "$1")" "$2" "$3"
  printf 'PackageDownloadLocation: NOASSERTION\nFilesAnalyzed: false\nPackageLicenseConcluded: NOASSERTION\n'
  printf 'PackageLicenseDeclared: %s\nPackageCopyrightText: NOASSERTION\nExternalRef: PACKAGE-MANAGER purl %s\n' "$4" "$5"
}
{
  printf 'SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: home-energy-agent\n'
  printf 'DocumentNamespace: urn:home-energy-agent:image:%s:%s\nCreator: Tool: image_root.sh\n' "$version" "$arch"
  printf 'Created: %s\n' "$(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y-%m-%dT%H:%M:%SZ)"
  package home-energy-agent "$version" NOASSERTION MIT "pkg:generic/home-energy-agent@$version"
  printf 'Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-home-energy-agent\n'
  for each in "$work"/*.deb; do
    name=$(dpkg-deb -f "$each" Package) its_version=$(dpkg-deb -f "$each" Version)
    package "$name" "$its_version" 'Organization: Debian' NOASSERTION \
      "pkg:deb/debian/$name@$(escaped "$its_version")?arch=$(dpkg-deb -f "$each" Architecture)&distro=bookworm"
    printf 'Relationship: SPDXRef-home-energy-agent DEPENDS_ON SPDXRef-%s\n' "$(id_of "$name")"
  done
} >"$list"
# The same sources and packages give the same bytes.
find . -depth -newermt "@${SOURCE_DATE_EPOCH:-$(date +%s)}" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" {} +
