// How often an address may be wrong about a secret.
#pragma once

#include <array>
#include <cstdint>

#include "http/remote_address.hpp"

namespace peerlens {

// Five at once, then one in ten seconds. Of the addresses that were wrong it remembers the last
// 16; when there are more, the one that was wrong the longest time ago is forgotten.
class Guesses {
public:
    static constexpr std::size_t kAddresses = 16;
    static constexpr std::uint32_t kAtOnce = 5;
    static constexpr std::uint32_t kRefillMs = 10'000;

    // Milliseconds until `from` may try again; 0: now.
    std::uint32_t wait_ms(const RemoteAddress& from, std::uint32_t now) const;
    void wrong(const RemoteAddress& from, std::uint32_t now);
    // Forgives it what it was wrong about before.
    void right(const RemoteAddress& from);

private:
    struct Entry {
        RemoteAddress from;
        std::uint32_t at = 0;       // of the last wrong one
        std::uint32_t debt_ms = 0;  // what was left to wait for by then; 0: unused
    };

    static std::uint32_t left_ms(const Entry& entry, std::uint32_t now);

    std::array<Entry, kAddresses> entries_;
};

}  // namespace peerlens
