#include "nvs.hpp"

#include <esp_log.h>
#include <nvs_flash.h>

namespace peerlens {

bool prepare_nvs() {
    esp_err_t failed = nvs_flash_init();
    if (failed == ESP_ERR_NVS_NO_FREE_PAGES || failed == ESP_ERR_NVS_NEW_VERSION_FOUND) {
        ESP_LOGE("nvs", "%s: starting with empty settings", esp_err_to_name(failed));
        failed = nvs_flash_erase();
        failed = failed == ESP_OK ? nvs_flash_init() : failed;
    }
    if (failed != ESP_OK) {
        ESP_LOGE("nvs", "no storage: %s", esp_err_to_name(failed));
    }
    return failed == ESP_OK;
}

}  // namespace peerlens
