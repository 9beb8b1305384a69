// Answers every question for a name with the device's own address (RFC 1035).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace peerlens {

// At most so long is a query over UDP, and an answer to one.
constexpr std::size_t kDnsBytes = 512;

// Write the answer to `query` to `out`, which has room for kDnsBytes: `address` for a question of
// type A, no record for others. Returns its length; 0 for what is no query, which is not answered.
std::size_t answer_dns(std::string_view query, const std::array<std::uint8_t, 4>& address,
                       char* out);

}  // namespace peerlens
