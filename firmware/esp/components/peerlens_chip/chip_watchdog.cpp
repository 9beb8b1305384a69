#include "chip_watchdog.hpp"

#include <esp_log.h>
#include <esp_task_wdt.h>
#include <sdkconfig.h>

namespace peerlens {

static_assert(CONFIG_ESP_TASK_WDT_TIMEOUT_S * 1000 == TaskWatchdog::kLimitMs);

// It tells the name of the FreeRTOS task that hangs; `name` is for a line of the log.
void ChipWatchdog::join(const char* name) {
    const esp_err_t failed = esp_task_wdt_add(nullptr);
    if (failed != ESP_OK) {
        ESP_LOGE("watchdog", "%s is not watched: %s", name, esp_err_to_name(failed));
    }
}

void ChipWatchdog::feed() {
    esp_task_wdt_reset();
}

void ChipWatchdog::leave() {
    esp_task_wdt_delete(nullptr);
}

}  // namespace peerlens
