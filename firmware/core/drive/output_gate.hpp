// Between the loop and the pins: shut while the loop hangs, by whatever checks it.
#pragma once

#include <cstdint>

#include "drive/watchdog.hpp"

namespace peerlens {

// check() is for the interrupt of a hardware timer: it takes no lock, waits for nothing, uses no
// floating point and calls nothing but the port's `neutral`, through a plain pointer (no virtual
// table, which is in flash). The port keeps this object and what `neutral` touches in RAM, and puts
// check(), which is inline, with its caller into RAM as well: flash cannot be read while it is
// being written.
//
// A write by the loop and one by the timer can overlap, for there is no lock. So the loop looks
// again after it wrote, and the timer makes everything neutral in every period while the loop
// hangs: a late write lasts for one period at most.
class OutputGate {
public:
    // `neutral(context)` stops the car; it may be called by the loop and by the timer at once.
    OutputGate(std::int32_t limit_ms, std::uint32_t now, void (*neutral)(void*), void* context)
        : watchdog_(limit_ms, now), neutral_(neutral), context_(context) {}

    // From the loop: it is alive. Returns true when it had been given up: then it must disarm
    // before it writes again.
    bool feed(std::uint32_t now) { return watchdog_.feed(now); }

    // From the loop: call `write` to set the pins, unless the gate is shut.
    template <typename Write>
    void pass(Write&& write) {
        if (watchdog_.tripped()) {
            return;
        }
        write();
        if (watchdog_.tripped()) {
            neutral_(context_);
        }
    }

    // From the timer, every 5 ms. Returns true in the moment the loop is given up.
    bool check(std::uint32_t now) {
        const bool trips = watchdog_.check(now);
        if (watchdog_.tripped()) {
            neutral_(context_);
        }
        return trips;
    }

    bool is_shut() const { return watchdog_.tripped(); }

private:
    Watchdog watchdog_;
    void (*const neutral_)(void*);
    void* const context_;
};

}  // namespace peerlens
