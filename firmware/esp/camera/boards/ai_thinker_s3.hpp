// ESP32-S3-CAM in the style of AI-Thinker (N16R8): 16 MB of flash, 8 MB of PSRAM, OV2640.
#pragma once

#include "camera_pins.hpp"

namespace peerlens {

// What an update must be made for.
constexpr const char* kTarget = "camera-ai-thinker-s3";
constexpr const char* kModel = "ESP32-S3-CAM";

// The boards that are sold as ESP32-S3-CAM have the ESP32-S3-EYE's wiring; hold it against the
// print on yours.
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
