/// @file
/// Which hosts may be asked, and which pages of a browser may read and change things. Pure functions on header texts.
///
/// A page of the internet reaches this machine through its reader's browser: by its own name made to point here (DNS
/// rebinding: `Host` tells) or by plain cross-origin requests (`Origin` tells). Local names are those that nobody on
/// the internet can own. The port never counts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace home_energy {

/// The host of `host` or `host:port`; empty where it is neither a name nor an address. `[::1]:5000` is `[::1]`.
std::string_view host_of_authority(std::string_view authority);
/// The host of `scheme://host:port`, as the Origin header has it: nothing may follow. Empty where it is something else.
std::string_view host_of_origin(std::string_view origin);
/// The host of an absolute target or URL (`http://host/info`); empty where it has none.
std::string_view host_of_url(std::string_view url);

/// Names of hosts, in any case, without a port.
using HostNames = std::vector<std::string>;

/// An IP address, a name without a dot, `localhost` or a name below it, a name of a domain that is local by its meaning
/// (`.local`, `.lan`, `.home.arpa`, `.internal`, `.fritz.box`), or one of `admitted`. One dot at its end is ignored.
bool is_local_name(std::string_view host, const HostNames& admitted);

/// Whether a request may name that host. An absolute target's host counts, too (RFC 9112, 3.2.2). Without any, yes.
/// Never allocates, as it is asked for every request.
bool is_our_host(std::string_view host, std::string_view target, const HostNames& admitted);

/// Whether pages of that origin may read answers and change things. `null`, which a page opened from a file sends, is
/// as good as none.
bool is_open_to(std::string_view origin, const HostNames& admitted);
/// The same for the header of a request that could not be read: lines as they came, perhaps not to their end.
bool is_open_to_head(std::string_view head, const HostNames& admitted);

}  // namespace home_energy
