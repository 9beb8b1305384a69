// ESP32 DevKit with a steering servo and an H-bridge that takes PWM on two inputs: DRV8833,
// TB6612 (PWMA tied high), L298N (at most 5 kHz: set frequency_hz).
#pragma once

#include "devkit_pins.h"
#include "drive/pin_settings.hpp"

namespace peerlens {

// What an update must be made for.
constexpr const char* kTarget = "board-devkit-bridge";
constexpr const char* kModel = "ESP32 DevKit, H-bridge";

// What the settings begin with, and what is wired.
constexpr MotorKind kFactoryMotor = MotorKind::kBridge;
constexpr bool kHasEsc = false;
constexpr bool kHasBridge = true;

}  // namespace peerlens
