// Seeed XIAO ESP32S3 Sense: 8 MB of flash and of PSRAM, OV2640 or OV5640.
#pragma once

#include "camera_pins.hpp"

namespace peerlens {

// What an update must be made for.
constexpr const char* kTarget = "camera-xiao-s3-sense";
constexpr const char* kModel = "XIAO ESP32S3 Sense";

constexpr CameraPins kPins = {
    .power_down = -1,
    .reset = -1,
    .xclk = 10,
    .sda = 40,
    .scl = 39,
    .d0 = 15,
    .d1 = 17,
    .d2 = 18,
    .d3 = 16,
    .d4 = 14,
    .d5 = 12,
    .d6 = 11,
    .d7 = 48,
    .vsync = 38,
    .href = 47,
    .pclk = 13,
    .button = 0,
};

}  // namespace peerlens
