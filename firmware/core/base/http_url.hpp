// An HTTP address, taken apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace peerlens {

// The parts of http[s]://[USER[:PASSWORD]@]HOST[:PORT][/PATH][?QUERY]; all refer to the text that
// was parsed.
struct HttpUrl {
    bool secure = false;
    std::string_view credentials;  // USER:PASSWORD as it stands there, or empty
    std::string_view host;         // without the brackets of an IPv6 address
    std::uint16_t port = 80;       // 443 with https, unless the address says
    std::string_view authority;    // host and port as they stand there
    std::string_view target;       // path and query; may lack the slash that HTTP needs
};

// Returns nothing for what is no http:// or https:// address in printable ASCII, or has a fragment.
std::optional<HttpUrl> parse_http_url(std::string_view text);

}  // namespace peerlens
