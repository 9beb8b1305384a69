// Why a device has booted.
#pragma once

#include <cstdint>
#include <string_view>

namespace peerlens {

enum class ResetReason : std::uint8_t {
    kUnknown,
    kPowerOn,
    kButton,    // its reset pin
    kSoftware,  // it meant to: an update, new settings, a request
    kPanic,     // its program failed
    kWatchdog,  // a task or an interrupt hung
    kBrownOut,  // its supply was too low
};

// As `/status` tells it.
constexpr std::string_view name_of(ResetReason reason) {
    switch (reason) {
        case ResetReason::kPowerOn: return "power-on";
        case ResetReason::kButton: return "button";
        case ResetReason::kSoftware: return "software";
        case ResetReason::kPanic: return "panic";
        case ResetReason::kWatchdog: return "watchdog";
        case ResetReason::kBrownOut: return "brown-out";
        default: return "unknown";
    }
}

}  // namespace peerlens
