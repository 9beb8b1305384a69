// Sequence numbers that wrap.
#pragma once

#include <cstdint>

namespace peerlens {

// Whether `number` is newer than `than`: ahead by 1 to 2^31 - 1, modulo 2^32 (RFC 1982).
constexpr bool is_newer(std::uint32_t number, std::uint32_t than) {
    const std::uint32_t ahead = number - than;
    return ahead != 0 && ahead < 0x80000000u;
}

}  // namespace peerlens
