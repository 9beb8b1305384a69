#include "websocket/server_url.hpp"

namespace peerlens {
namespace {

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool all_of(std::string_view text, bool (*is_fit)(char)) {
    for (const char c : text) {
        if (!is_fit(c)) {
            return false;
        }
    }
    return true;
}

bool is_path(std::string_view text) {
    return all_of(text, [](char c) { return c > ' ' && c < 0x7F && c != '#'; });
}

bool is_host(std::string_view text, bool bracketed) {
    const bool fits =
        bracketed
            ? all_of(text,
                     [](char c) { return is_alphanumeric(c) || c == ':' || c == '.' || c == '%'; })
            : all_of(text,
                     [](char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_'; });
    return fits && !text.empty() && text.size() <= 253;
}

// 1 to 65535; otherwise 0.
std::uint16_t port_of(std::string_view text) {
    std::uint32_t port = 0;
    if (text.size() > 5) {
        return 0;
    }
    for (const char c : text) {
        if (c < '0' || c > '9') {
            return 0;
        }
        port = port * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return port > 65535 ? std::uint16_t{0} : static_cast<std::uint16_t>(port);
}

}  // namespace

std::optional<ServerUrl> parse_server_url(std::string_view text) {
    constexpr std::string_view kPlain = "ws://";
    constexpr std::string_view kSecure = "wss://";
    ServerUrl url;
    if (text.substr(0, kPlain.size()) == kPlain) {
        text.remove_prefix(kPlain.size());
    } else if (text.substr(0, kSecure.size()) == kSecure) {
        text.remove_prefix(kSecure.size());
        url.secure = true;
        url.port = 443;
    } else {
        return std::nullopt;
    }
    url.authority = text.substr(0, text.find_first_of("/?"));
    url.path = text.substr(url.authority.size());
    const bool bracketed = url.authority.substr(0, 1) == "[";
    std::string_view rest = url.authority.substr(bracketed ? 1 : 0);
    url.host = rest.substr(0, rest.find(bracketed ? ']' : ':'));
    rest.remove_prefix(url.host.size());
    if (bracketed) {
        if (rest.empty()) {
            return std::nullopt;
        }
        rest.remove_prefix(1);
    }
    if (!rest.empty()) {
        url.port = rest[0] == ':' ? port_of(rest.substr(1)) : std::uint16_t{0};
    }
    if (url.path.empty()) {
        url.path = "/";
    }
    if (!is_host(url.host, bracketed) || url.port == 0 || url.path[0] != '/' ||
        !is_path(url.path)) {
        return std::nullopt;
    }
    return url;
}

}  // namespace peerlens
