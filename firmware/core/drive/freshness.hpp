// How old a command can be, by proof that carries no clock but the receiver's.
#pragma once

#include <cmath>
#include <cstdint>

namespace peerlens {

// `at_ms`: the newest time of this board's clock that the sender had heard of; `held_ms`: how
// long before it sent the command. protocol/README.md, "Heard".
struct Heard {
    double at_ms = 0.0;
    double held_ms = 0.0;
};

constexpr double kLongestHeldMs = 2000.0;
constexpr double kFromTheFutureMs = 20.0;

// The round trip that `heard` proves, in milliseconds: the command is no older. Reckoned modulo
// 2^32, as a signed difference.
inline double age_ms(const Heard& heard, std::uint32_t now) {
    constexpr double kRange = 4294967296.0;
    double since = now - std::fmod(heard.at_ms, kRange);
    if (since >= kRange / 2) {
        since -= kRange;
    } else if (since < -kRange / 2) {
        since += kRange;
    }
    return since - heard.held_ms;
}

// Whether a command that lives for `ttl_ms` may be acted upon. NaN is never fresh.
inline bool is_fresh(const Heard& heard, std::uint32_t now, double ttl_ms) {
    const double age = age_ms(heard, now);
    return age <= ttl_ms && age >= -kFromTheFutureMs && heard.held_ms <= kLongestHeldMs;
}

}  // namespace peerlens
