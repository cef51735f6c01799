#include "agent/http/http_origin.hpp"

#include <array>
#include <catch2/catch.hpp>

namespace home_energy {
namespace {

/// The host of --public-url, and what --http-allow-host admits.
const HostNames kAdmitted{"energy.example.org", "Test.Example"};

enum class Is { ours, foreign };

struct HostRow {
  const char* who;
  const char* host;
  Is is;
};

constexpr std::array kHosts{
    HostRow{"no Host at all: the container's health check, HTTP/1.0", "", Is::ours},
    HostRow{"IPv4", "127.0.0.1", Is::ours},
    HostRow{"IPv4 and port, also nginx's default proxy_pass", "127.0.0.1:5000", Is::ours},
    HostRow{"an address in the home's network", "192.168.1.7:5000", Is::ours},
    HostRow{"IPv6", "[::1]", Is::ours},
    HostRow{"IPv6 and port", "[fd00::7]:5000", Is::ours},
    HostRow{"IPv6 in capitals", "[FE80::A]:80", Is::ours},
    HostRow{"localhost", "localhost:5000", Is::ours},
    HostRow{"localhost, another port", "localhost:8080", Is::ours},
    HostRow{"an empty port", "localhost:", Is::ours},
    HostRow{"below localhost", "energy.localhost", Is::ours},
    HostRow{"multicast DNS", "raspberrypi.local:5000", Is::ours},
    HostRow{"a router's domain", "pi.lan", Is::ours},
    HostRow{"RFC 8375", "pi.home.arpa", Is::ours},
    HostRow{"Node-RED in a container, to the host", "host.docker.internal:5000", Is::ours},
    HostRow{"Node-RED in a container, to the agent's", "agent:5000", Is::ours},
    HostRow{"an upstream's name of nginx", "energy_backend", Is::ours},
    HostRow{"a FRITZ!Box's domain", "pi.fritz.box", Is::ours},
    HostRow{"a dot at the end", "localhost.:5000", Is::ours},
    HostRow{"a dot at the end of a name in the network", "pi.lan.", Is::ours},
    HostRow{"capitals", "LOCALHOST", Is::ours},
    HostRow{"capitals of a domain", "Pi.Local", Is::ours},
    HostRow{"the host of --public-url", "energy.example.org", Is::ours},
    HostRow{"the host of --public-url in capitals with port and dot", "ENERGY.Example.ORG.:443", Is::ours},
    HostRow{"--http-allow-host", "test.example:5000", Is::ours},
    HostRow{"DNS rebinding", "evil.example", Is::foreign},
    HostRow{"DNS rebinding with the right port", "evil.example:5000", Is::foreign},
    HostRow{"below an admitted name", "x.energy.example.org", Is::foreign},
    HostRow{"an admitted name within", "energy.example.org.evil.example", Is::foreign},
    HostRow{"begins with localhost", "localhost.evil.example", Is::foreign},
    HostRow{"ends with localhost", "evillocalhost.example", Is::foreign},
    HostRow{"a domain's letters without its dot", "evil.example-local", Is::foreign},
    HostRow{"begins with an address", "127.0.0.1.evil.example", Is::foreign},
    HostRow{"no whole address", "127.0.1", Is::foreign},
    HostRow{"no address", "127.0.0.256", Is::foreign},
    HostRow{"no IPv6 address", "[::g]", Is::foreign},
    HostRow{"a bracket that stays open", "[::1", Is::foreign},
    HostRow{"IPv6 without brackets", "::1", Is::foreign},
    HostRow{"more after the bracket", "[::1].evil.example", Is::foreign},
    HostRow{"a name in brackets", "[localhost]", Is::foreign},
    HostRow{"a user", "localhost@evil.example", Is::foreign},
    HostRow{"a user of a local name", "evil.example@localhost", Is::foreign},
    HostRow{"a port that is none", "localhost:port", Is::foreign},
    HostRow{"a port that is too long", "localhost:500000", Is::foreign},
    HostRow{"two ports", "localhost:80:80", Is::foreign},
    HostRow{"a list", "localhost, evil.example", Is::foreign},
    HostRow{"a path", "localhost/evil.example", Is::foreign},
    HostRow{"a domain alone", ".local", Is::foreign},
    HostRow{"an empty part", "evil..local", Is::foreign},
    HostRow{"a dot", ".", Is::foreign},
    HostRow{"a port alone", ":5000", Is::foreign},
    HostRow{"another alphabet", "\xc3\xa9.local", Is::foreign},
    HostRow{"a star", "*.local", Is::foreign},
};

struct OriginRow {
  const char* who;
  const char* origin;
  Is is;
};

constexpr std::array kOrigins{
    OriginRow{"a page opened from a file", "null", Is::ours},
    OriginRow{"a page in the home's network", "http://192.168.1.7", Is::ours},
    OriginRow{"a page of this machine, IPv6", "http://[::1]:3000", Is::ours},
    OriginRow{"a page under development", "http://localhost:3000", Is::ours},
    OriginRow{"below localhost", "http://app.localhost:5173", Is::ours},
    OriginRow{"Home Assistant", "http://homeassistant.local:8123", Is::ours},
    OriginRow{"Home Assistant, TLS", "https://homeassistant.local:8123", Is::ours},
    OriginRow{"a name without a dot", "http://nas", Is::ours},
    OriginRow{"a container", "http://node-red:1880", Is::ours},
    OriginRow{"the host of a container", "http://host.docker.internal:1880", Is::ours},
    OriginRow{"capitals", "HTTP://LocalHost:3000", Is::ours},
    OriginRow{"the host of --public-url", "https://energy.example.org", Is::ours},
    OriginRow{"the host of --public-url, another port", "https://energy.example.org:8443", Is::ours},
    OriginRow{"--http-allow-host", "https://test.example", Is::ours},
    OriginRow{"another site", "https://evil.example", Is::foreign},
    OriginRow{"another site with the agent's port", "http://evil.example:5000", Is::foreign},
    OriginRow{"begins with localhost", "http://localhost.evil.example", Is::foreign},
    OriginRow{"begins with an address", "http://127.0.0.1.evil.example", Is::foreign},
    OriginRow{"a user", "http://localhost@evil.example", Is::foreign},
    OriginRow{"a user and a password", "http://127.0.0.1:5000@evil.example", Is::foreign},
    OriginRow{"a path", "http://evil.example/.local", Is::foreign},
    OriginRow{"a fragment", "http://evil.example#.local", Is::foreign},
    OriginRow{"a query", "http://evil.example?.local", Is::foreign},
    OriginRow{"a backslash", "http://evil.example\\.local", Is::foreign},
    OriginRow{"a slash at the end, which no browser sends", "http://localhost/", Is::foreign},
    OriginRow{"no scheme", "localhost:5000", Is::foreign},
    OriginRow{"no host", "http://", Is::foreign},
    OriginRow{"no host but a port", "http://:5000", Is::foreign},
    OriginRow{"a scheme that is none", "1http://localhost", Is::foreign},
    OriginRow{"a list", "http://localhost https://evil.example", Is::foreign},
    OriginRow{"empty", "", Is::foreign},
    OriginRow{"another word", "Null", Is::foreign},
    OriginRow{"garbage", "\xff://", Is::foreign},
};

}  // namespace

TEST_CASE("which names are ours: the table of hosts") {
  for (const auto& row : kHosts) {
    CAPTURE(row.who, row.host);
    CHECK(is_our_host(row.host, "/info", kAdmitted) == (row.is == Is::ours));
    if (*row.host == '\0') continue;
    const auto absolute = "http://" + std::string(row.host) + "/info";
    if (std::string_view(row.host).find('/') == std::string_view::npos) {
      CHECK(is_our_host("localhost", absolute, kAdmitted) == (row.is == Is::ours));
    }
  }
  CHECK_FALSE(is_our_host("evil.example", "http://localhost/info", kAdmitted));
  CHECK_FALSE(is_our_host("", "https://evil.example", kAdmitted));
  CHECK(is_our_host("localhost", "/info?from=http://evil.example/", kAdmitted));
  CHECK(is_our_host("localhost", "*", kAdmitted));
  CHECK(is_our_host("localhost", "nonsense", kAdmitted));
}

TEST_CASE("whose pages may read and change: the table of origins") {
  for (const auto& row : kOrigins) {
    CAPTURE(row.who, row.origin);
    CHECK(is_open_to(row.origin, kAdmitted) == (row.is == Is::ours));
    const auto head = "GET /info HTTP/1.1\r\nHost: localhost\r\noRIGIN:  " + std::string(row.origin) + "\r\nX: y";
    CHECK(is_open_to_head(head, kAdmitted) == (row.is == Is::ours));
  }
}

TEST_CASE("of several origins each must be ours") {
  CHECK(is_open_to_head("GET / HTTP/1.1\r\nX-Origin: https://evil.example\r\n", {}));
  CHECK(is_open_to_head("", {}));
  CHECK_FALSE(is_open_to_head("GET / HTTP/1.1\r\nOrigin: null\r\nOrigin: https://evil.example", {}));
}

TEST_CASE("nothing is admitted that was not named") {
  CHECK_FALSE(is_our_host("energy.example.org", "/", {}));
  CHECK_FALSE(is_open_to("https://energy.example.org", {}));
}

TEST_CASE("an address ends where its text does, not at a NUL") {
  using namespace std::string_view_literals;
  CHECK(host_of_authority("[::1\0/evil.example]"sv).empty());
  CHECK(host_of_url("http://[::\0/x]/"sv).empty());
  CHECK_FALSE(is_local_name("127.0.0.1\0.evil.example"sv, kAdmitted));
}

}  // namespace home_energy
