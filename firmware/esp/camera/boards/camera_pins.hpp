// How a board's sensor is wired.
#pragma once

namespace peerlens {

// GPIO numbers, -1 for what is not wired. The sensor gives 8 bits a pixel clock, d0 the lowest
// (Y2 in its data sheet).
struct CameraPins {
    int power_down;
    int reset;
    int xclk;
    int sda;
    int scl;
    int d0, d1, d2, d3, d4, d5, d6, d7;
    int vsync;
    int href;
    int pclk;
    int button;  // BOOT, low while it is held
};

}  // namespace peerlens
