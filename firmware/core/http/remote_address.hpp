// Who is at the other end of a connection.
#pragma once

#include <array>
#include <cstdint>

namespace peerlens {

// An IPv6 address, or an IPv4 one mapped into it (RFC 4291, 2.5.5.2).
struct RemoteAddress {
    std::array<std::uint8_t, 16> bytes{};

    static RemoteAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
        return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, a, b, c, d}};
    }

    // Whoever has one address of an IPv6 network has the whole /64.
    RemoteAddress host() const {
        RemoteAddress host = *this;
        if (!is_v4()) {
            for (std::size_t i = 8; i < host.bytes.size(); ++i) {
                host.bytes[i] = 0;
            }
        }
        return host;
    }

    bool is_v4() const {
        for (std::size_t i = 0; i < 10; ++i) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return bytes[10] == 0xFF && bytes[11] == 0xFF;
    }

    bool operator==(const RemoteAddress& other) const { return bytes == other.bytes; }
};

}  // namespace peerlens
