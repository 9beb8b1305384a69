// One request of HTTP/1.1 or 1.0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/http_method.hpp"
#include "http/remote_address.hpp"

namespace peerlens {

// What a handler needs to know. The text is valid until the answer was sent.
struct HttpRequest {
    HttpMethod method = HttpMethod::kGet;
    std::string_view path;           // as sent, from the first slash
    std::string_view query;          // behind the question mark; read it with QueryValue
    std::string_view host;           // empty when there was none
    std::string_view origin;         // likewise
    std::string_view authorization;  // likewise
    std::string_view content_type;   // likewise
    std::string_view body;           // of a handler that takes it whole; valid during the call
    std::uint64_t content_length = 0;
    bool is_http_1_0 = false;
    bool keep_alive = true;
    bool expects_continue = false;
    RemoteAddress from;
    std::uint32_t now = 0;  // ms since boot modulo 2^32, when it was complete
};

}  // namespace peerlens
