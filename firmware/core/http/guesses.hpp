// How often an address may be wrong about a secret.
#pragma once

#include <array>
#include <cstdint>

#include "http/remote_address.hpp"

namespace peerlens {

// Five at once, then one in ten seconds. It remembers 16 addresses; when there are more, the one
// that had the least to wait is forgotten. What is right pays for nothing: who has the token could
// guess the password for ever otherwise.
class Guesses {
public:
    static constexpr std::size_t kAddresses = 16;
    static constexpr std::uint32_t kAtOnce = 5;
    static constexpr std::uint32_t kRefillMs = 10'000;

    // Milliseconds until `from` may try again; 0: now.
    std::uint32_t wait_ms(const RemoteAddress& from, std::uint32_t now) const;
    void wrong(const RemoteAddress& from, std::uint32_t now);

private:
    struct Entry {
        RemoteAddress from;
        std::uint32_t at = 0;       // when somebody was wrong last
        std::uint32_t debt_ms = 0;  // until all is forgiven, as of then; 0: unused
    };

    static std::uint32_t left_ms(const Entry& entry, std::uint32_t now);

    std::array<Entry, kAddresses> entries_;
};

}  // namespace peerlens
