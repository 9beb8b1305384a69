#include "http/guesses.hpp"

namespace peerlens {

// It falls with time. When the clock wraps, after 49 days, an old one counts once more, for less
// than a minute.
std::uint32_t Guesses::left_ms(const Entry& entry, std::uint32_t now) {
    const std::uint32_t passed = now - entry.at;
    return passed >= entry.debt_ms ? 0 : entry.debt_ms - passed;
}

std::uint32_t Guesses::wait_ms(const RemoteAddress& from, std::uint32_t now) const {
    constexpr std::uint32_t kAllowedMs = (kAtOnce - 1) * kRefillMs;
    const RemoteAddress host = from.host();
    for (const Entry& each : entries_) {
        if (each.debt_ms > 0 && each.from == host) {
            const std::uint32_t left = left_ms(each, now);
            return left > kAllowedMs ? left - kAllowedMs : 0;
        }
    }
    return 0;
}

void Guesses::wrong(const RemoteAddress& from, std::uint32_t now) {
    const RemoteAddress host = from.host();
    Entry* chosen = &entries_[0];
    for (Entry& each : entries_) {
        each.debt_ms = left_ms(each, now);
        each.at = now;
        if (each.debt_ms > 0 && each.from == host) {
            chosen = &each;
            break;
        }
        if (each.debt_ms < chosen->debt_ms) {
            chosen = &each;
        }
    }
    if (!(chosen->from == host)) {
        *chosen = {host, now, 0};
    }
    chosen->debt_ms += kRefillMs;
}

}  // namespace peerlens
