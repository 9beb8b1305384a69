// Where the gateway is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace peerlens {

// The parts of ws://host[:port][/path]; `host` without the brackets of an IPv6 address.
struct WebSocketUrl {
    std::string host;
    std::string port;
    std::string authority;  // host and port as they stand in the URL
    std::string path;
};

// Returns nothing for what is no ws:// URL. wss is not there on the host.
std::optional<WebSocketUrl> parse_websocket_url(std::string_view text);

}  // namespace peerlens
