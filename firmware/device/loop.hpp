// The one loop in which a device does all but capture.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "device/clock.hpp"
#include "device/pollable.hpp"

namespace peerlens {

class Loop {
public:
    static constexpr std::size_t kMost = 8;
    static constexpr std::size_t kDescriptors = 24;

    explicit Loop(const Clock& clock) : clock_(clock) {}

    // It must outlive this. Returns false when there are too many.
    bool add(Pollable& member);
    // Wait until something happens, at most `wait_ms` and as long as everybody has patience, and
    // have everybody serve it.
    void pass(int wait_ms);

private:
    const Clock& clock_;
    std::array<Pollable*, kMost> members_{};
    std::size_t count_ = 0;
};

}  // namespace peerlens
