// SHA-1 (RFC 3174), for the WebSocket handshake and for nothing that must be secure.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace peerlens {

// The digest of up to 119 bytes: two blocks are enough for a handshake's key.
std::array<std::uint8_t, 20> sha1(std::string_view text);

}  // namespace peerlens
