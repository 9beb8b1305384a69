// An address, taken apart.
#pragma once

#include <cstdint>
#include <string_view>

namespace peerlens {

// The parts of SCHEME://[USER[:PASSWORD]@]HOST[:PORT][/PATH][?QUERY]; all refer to the text that
// was parsed. `secure` tells wss and https from ws and http.
struct Url {
    std::string_view scheme;
    std::string_view credentials;  // USER:PASSWORD as it stands there, or empty
    std::string_view host;         // without the brackets of an IPv6 address
    std::string_view authority;    // host and port as they stand there
    std::uint16_t port = 0;        // the scheme's own where none is given
    std::string_view target;       // path and query; may lack the slash that HTTP needs
    bool secure = false;
};

// Returns whether `text` is an address of one of the schemes ws, wss, http, https: printable ASCII
// without a fragment. Only with HTTP may there be credentials. `url` means nothing otherwise.
bool parse_url(std::string_view text, Url& url);

}  // namespace peerlens
