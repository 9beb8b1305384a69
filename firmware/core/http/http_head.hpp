// Reads the head of a request (RFC 9112), and refuses what is not one.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/http_request.hpp"

namespace peerlens {

// Why a head was refused: a status, and what was wrong and what was expected.
struct HttpRefusal {
    int status = 0;  // 0: it was not
    std::string_view what;
};

// At most so many header fields, of any name.
constexpr std::size_t kMaxFields = 40;
// The longest target; a longer one is refused with 414.
constexpr std::size_t kMaxTarget = 512;

// `head` is all up to and with the empty line. The request refers to it.
HttpRefusal read_head(std::string_view head, HttpRequest& request);

// Where the head ends in `bytes` (behind the empty line), 0 if it does not yet. `from` is how
// many bytes were looked at before.
std::size_t end_of_head(std::string_view bytes, std::size_t from);

}  // namespace peerlens
