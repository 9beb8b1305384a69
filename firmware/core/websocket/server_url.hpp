// Where the gateway, or signaling, is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace peerlens {

// The parts of ws://host[:port][/path] or wss://…, valid as long as the text that was parsed.
struct ServerUrl {
    bool secure = false;         // wss
    std::string_view host;       // without the brackets of an IPv6 address
    std::uint16_t port = 80;     // 443 with wss, unless the URL says
    std::string_view authority;  // host and port as they stand in the URL
    std::string_view path;       // with its query; "/" when the URL has none
};

// Returns nothing for what is no ws:// or wss:// URL: control characters and spaces, a user, a
// fragment, a host of other letters than names and addresses have, a port outside 1 to 65535.
std::optional<ServerUrl> parse_server_url(std::string_view text);

}  // namespace peerlens
