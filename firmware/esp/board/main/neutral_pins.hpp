// All outputs low, before anything else of the program runs.
#pragma once

namespace peerlens {

// Called before main, by itself; calling it makes sure that it is there. The bootloader has done
// the same, unless it is an old one: an update replaces the program only.
void hold_pins_neutral();

}  // namespace peerlens
