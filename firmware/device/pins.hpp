// The board's pins.
#pragma once

#include "drive/outputs.hpp"
#include "drive/pin_levels.hpp"

namespace peerlens {

// Before anything else, first of all in its program, a port makes its pins neutral by itself: no
// pulse for an ESC and no duty is neutral, too. Wires that float while the chip is in reset need
// resistors to ground.
class Pins {
public:
    // Before the first write(): what the port's timer is to write when the watchdog trips, for as
    // long as the program runs.
    virtual void begin(const MotionLevels& neutral) = 0;
    // From the loop, in every pass: what the pins get now, and what it was made from. To return at
    // once, and to touch only what changed. Not called while the watchdog is tripped: then the
    // port's timer has written the neutral levels (OutputGate).
    virtual void write(const PinLevels& levels, const Outputs& outputs) = 0;

protected:
    ~Pins() = default;
};

}  // namespace peerlens
