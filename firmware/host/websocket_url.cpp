#include "websocket_url.hpp"

#include <algorithm>

namespace peerlens {
namespace {

bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

bool is_port(std::string_view text) {
    const bool digits =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits && !text.empty() && text.size() <= 5 && std::stoi(std::string(text)) <= 65535;
}

}  // namespace

std::optional<WebSocketUrl> parse_websocket_url(std::string_view text) {
    constexpr std::string_view kScheme = "ws://";
    if (text.substr(0, kScheme.size()) != kScheme || !is_printable(text) ||
        text.find_first_of("#@") != std::string_view::npos) {
        return std::nullopt;
    }
    text.remove_prefix(kScheme.size());
    const std::string_view authority = text.substr(0, text.find('/'));
    const bool bracketed = authority.substr(0, 1) == "[";
    const std::size_t host_end = bracketed ? authority.find(']') : authority.find(':');
    std::string_view host = authority.substr(0, host_end);
    std::string_view rest =
        host_end == std::string_view::npos ? "" : authority.substr(host_end + (bracketed ? 1 : 0));
    if (bracketed) {
        host.remove_prefix(1);
    }
    std::string_view port = "80";
    if (!rest.empty()) {
        port = rest.substr(1);
    }
    const bool whole = !bracketed || host_end != std::string_view::npos;
    if (host.empty() || !whole || (!rest.empty() && rest[0] != ':') || !is_port(port)) {
        return std::nullopt;
    }
    const std::string_view path = text.substr(authority.size());
    return WebSocketUrl{std::string(host), std::string(port), std::string(authority),
                        path.empty() ? "/" : std::string(path)};
}

}  // namespace peerlens
