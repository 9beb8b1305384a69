// The board's pins.
#pragma once

#include "drive/outputs.hpp"
#include "drive/pin_levels.hpp"

namespace peerlens {

class Pins {
public:
    // From the loop, in every pass: what the pins get now, and what it was made from. To return at
    // once, and to touch only what changed. Not called while the watchdog is tripped: then the
    // port's timer has written the neutral levels (OutputGate).
    virtual void write(const PinLevels& levels, const Outputs& outputs) = 0;

protected:
    ~Pins() = default;
};

}  // namespace peerlens
