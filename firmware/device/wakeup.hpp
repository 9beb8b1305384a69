// Wakes the loop from another thread.
#pragma once

#include <atomic>

#include "device/pollable.hpp"

namespace peerlens {

// A datagram to itself on the loopback interface, which lwIP has as well. Several calls before
// the loop looks are one.
class Wakeup final : public Pollable {
public:
    Wakeup();
    ~Wakeup();
    Wakeup(const Wakeup&) = delete;
    Wakeup& operator=(const Wakeup&) = delete;

    // Whether it works; without it the loop sees things when its wait is over.
    bool is_open() const { return descriptor_ >= 0; }
    // From any thread; never blocks.
    void wake();

    std::size_t watch(pollfd* out, std::size_t room) override;
    void serve(const pollfd* happened, std::size_t count, std::uint32_t now) override;

private:
    int descriptor_ = -1;
    std::atomic<bool> woken_{false};
};

}  // namespace peerlens
