// ESP32 DevKit with a steering servo and a speed controller that takes a servo's pulses.
#pragma once

#include "devkit_pins.h"
#include "drive/pin_settings.hpp"

namespace peerlens {

// What an update must be made for.
constexpr const char* kTarget = "board-devkit-esc";
constexpr const char* kModel = "ESP32 DevKit, ESC";

// What the settings begin with, and what is wired.
constexpr MotorKind kFactoryMotor = MotorKind::kEsc;
constexpr bool kHasEsc = true;
constexpr bool kHasBridge = false;

}  // namespace peerlens
