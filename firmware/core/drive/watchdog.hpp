// Notices that the loop hangs.
#pragma once

#include <atomic>
#include <cstdint>

namespace peerlens {

// The loop feeds it; something that runs apart from the loop (a timer, another thread) checks it,
// and makes the outputs neutral when it trips. While it is tripped the loop may set no outputs.
// OutputGate joins the two.
class Watchdog {
public:
    // Trips when it was not fed for more than `limit_ms`.
    Watchdog(std::int32_t limit_ms, std::uint32_t now) : limit_ms_(limit_ms), fed_at_(now) {}

    // The loop is alive. Returns true when it had been given up: then it must disarm.
    bool feed(std::uint32_t now) {
        fed_at_.store(now);
        return tripped_.exchange(false);
    }

    // Returns true in the moment it trips, once for each time that the loop hangs.
    bool check(std::uint32_t now) {
        // Signed: between reading the clock and this, the loop may have fed it with a later time.
        const auto hung_ms = static_cast<std::int32_t>(now - fed_at_.load());
        return hung_ms > limit_ms_ && !tripped_.exchange(true);
    }

    bool tripped() const { return tripped_.load(); }

private:
    // An interrupt may not wait for a lock that whatever it interrupted holds.
    static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
    static_assert(std::atomic<bool>::is_always_lock_free);

    const std::int32_t limit_ms_;
    std::atomic<std::uint32_t> fed_at_;
    std::atomic<bool> tripped_{false};
};

}  // namespace peerlens
