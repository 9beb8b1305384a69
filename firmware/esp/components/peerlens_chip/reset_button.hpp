// The button that makes a device as it was when new.
#pragma once

#include <cstdint>

namespace peerlens {

// The BOOT button that every board has, on a pin that is low while it is held.
class ResetButton {
public:
    static constexpr std::uint32_t kHoldMs = 5000;

    explicit ResetButton(int pin);

    // In every pass of the loop. Returns true once, when it was held for kHoldMs.
    bool was_held(std::uint32_t now);

private:
    const int pin_;
    bool held_ = false;
    bool told_ = false;
    std::uint32_t since_ = 0;
};

}  // namespace peerlens
