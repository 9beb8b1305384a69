// How long to wait before the next attempt to connect.
#pragma once

#include <cstdint>

#include "base/random.hpp"

namespace peerlens {

// 100 ms at first, twice as long each time, at most 2 s; each shortened by up to a half at
// random, so that many boards do not come back in one moment.
class Backoff {
public:
    static constexpr std::uint32_t kFirstMs = 100;
    static constexpr std::uint32_t kLongestMs = 2000;

    // The delay before the next attempt, in milliseconds.
    std::uint32_t next_ms(Random& random) {
        const std::uint32_t whole = delay_ms_;
        delay_ms_ = whole > kLongestMs / 2 ? kLongestMs : whole * 2;
        return whole - random.next() % (whole / 2 + 1);
    }

    void reset() { delay_ms_ = kFirstMs; }

private:
    std::uint32_t delay_ms_ = kFirstMs;
};

}  // namespace peerlens
