#include "chip_reset.hpp"

#include <esp_system.h>

namespace peerlens {

ResetReason chip_reset_reason() {
    switch (esp_reset_reason()) {
        case ESP_RST_POWERON: return ResetReason::kPowerOn;
        case ESP_RST_EXT: return ResetReason::kButton;
        case ESP_RST_SW:
        case ESP_RST_USB:
        case ESP_RST_JTAG:
        case ESP_RST_DEEPSLEEP: return ResetReason::kSoftware;
        case ESP_RST_PANIC:
        case ESP_RST_CPU_LOCKUP: return ResetReason::kPanic;
        case ESP_RST_INT_WDT:
        case ESP_RST_TASK_WDT:
        case ESP_RST_WDT: return ResetReason::kWatchdog;
        case ESP_RST_BROWNOUT:
        case ESP_RST_PWR_GLITCH: return ResetReason::kBrownOut;
        default: return ResetReason::kUnknown;
    }
}

}  // namespace peerlens
