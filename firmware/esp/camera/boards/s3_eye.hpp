// Espressif ESP32-S3-EYE: 8 MB of flash and of PSRAM, OV2640.
#pragma once

#include "camera_pins.hpp"

namespace peerlens {

// What an update must be made for.
constexpr const char* kTarget = "camera-s3-eye";
constexpr const char* kModel = "ESP32-S3-EYE";

constexpr CameraPins kPins = {
    .power_down = -1,
    .reset = -1,
    .xclk = 15,
    .sda = 4,
    .scl = 5,
    .d0 = 11,
    .d1 = 9,
    .d2 = 8,
    .d3 = 10,
    .d4 = 12,
    .d5 = 18,
    .d6 = 17,
    .d7 = 16,
    .vsync = 6,
    .href = 7,
    .pclk = 13,
    .button = 0,
};

}  // namespace peerlens
