#include "base/http_url.hpp"

#include <charconv>

namespace peerlens {
namespace {

bool is_printable(std::string_view text) {
    for (const char c : text) {
        if (c <= ' ' || c >= 0x7F || c == '#' || c == '"' || c == '<' || c == '>' || c == '\\') {
            return false;
        }
    }
    return true;
}

bool is_host(std::string_view text, bool bracketed) {
    const std::string_view allowed = bracketed ? std::string_view("0123456789abcdefABCDEF:.")
                                               : std::string_view(
                                                     "0123456789-._abcdefghijklmnopqrstuv"
                                                     "wxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    return !text.empty() && text.size() <= 253 &&
           text.find_first_not_of(allowed) == std::string_view::npos;
}

bool read_port(std::string_view text, std::uint16_t& port) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size() && port != 0;
}

bool read_authority(std::string_view authority, HttpUrl& url) {
    url.authority = authority;
    const bool bracketed = authority.substr(0, 1) == "[";
    if (bracketed) {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos) {
            return false;
        }
        url.host = authority.substr(1, end - 1);
        authority.remove_prefix(end + 1);
    } else {
        url.host = authority.substr(0, authority.find(':'));
        authority.remove_prefix(url.host.size());
    }
    const bool has_port = !authority.empty();
    return is_host(url.host, bracketed) &&
           (!has_port || (authority[0] == ':' && read_port(authority.substr(1), url.port)));
}

}  // namespace

std::optional<HttpUrl> parse_http_url(std::string_view text) {
    constexpr std::string_view kPlain = "http://";
    constexpr std::string_view kSecure = "https://";
    HttpUrl url;
    url.secure = text.substr(0, kSecure.size()) == kSecure;
    url.port = url.secure ? 443 : 80;
    const std::string_view scheme = url.secure ? kSecure : kPlain;
    if (!is_printable(text) || text.substr(0, scheme.size()) != scheme) {
        return std::nullopt;
    }
    text.remove_prefix(scheme.size());
    std::string_view authority = text.substr(0, text.find_first_of("/?"));
    url.target = text.substr(authority.size());
    const std::size_t at = authority.rfind('@');
    if (at != std::string_view::npos) {
        url.credentials = authority.substr(0, at);
        authority.remove_prefix(at + 1);
    }
    if (!read_authority(authority, url)) {
        return std::nullopt;
    }
    return url;
}

}  // namespace peerlens
