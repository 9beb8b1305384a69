// The chip's storage for what is small and must outlast a boot.
#pragma once

#include <nvs.h>

namespace peerlens {

// Prepare NVS, encrypted where the chip is set up for it (CONFIG_NVS_ENCRYPTION). Call it once,
// first of all. What cannot be read any more is given up: the device is then as it was when new.
// Returns false where there is no storage at all.
bool prepare_nvs();

// The namespace of Peerlens, as long as it lives.
class NvsNamespace {
public:
    explicit NvsNamespace(nvs_open_mode_t mode) : error_(nvs_open("peerlens", mode, &handle_)) {}
    ~NvsNamespace() {
        if (error_ == ESP_OK) {
            nvs_close(handle_);
        }
    }
    NvsNamespace(const NvsNamespace&) = delete;
    NvsNamespace& operator=(const NvsNamespace&) = delete;

    // ESP_ERR_NVS_NOT_FOUND: nothing was ever saved.
    esp_err_t error() const { return error_; }
    nvs_handle_t handle() const { return handle_; }

private:
    nvs_handle_t handle_ = 0;
    esp_err_t error_;
};

}  // namespace peerlens
