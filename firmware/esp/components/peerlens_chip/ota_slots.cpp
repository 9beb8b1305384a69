#include "ota_slots.hpp"

#include <esp_log.h>

namespace peerlens {
namespace {

bool succeeded(esp_err_t error, const char* doing) {
    if (error != ESP_OK) {
        ESP_LOGE("update", "%s: %s", doing, esp_err_to_name(error));
    }
    return error == ESP_OK;
}

}  // namespace

OtaSlots::OtaSlots() : other_(esp_ota_get_next_update_partition(nullptr)) {}

std::size_t OtaSlots::capacity() const {
    return other_ != nullptr ? other_->size : 0;
}

bool OtaSlots::on_trial() const {
    esp_ota_img_states_t state = ESP_OTA_IMG_UNDEFINED;
    return esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) == ESP_OK &&
           state == ESP_OTA_IMG_PENDING_VERIFY;
}

// Each write erases what it needs: to erase all at once would take seconds.
bool OtaSlots::begin(std::size_t size) {
    abandon();
    if (other_ == nullptr || size > other_->size) {
        return false;
    }
    begun_ = succeeded(esp_ota_begin(other_, OTA_WITH_SEQUENTIAL_WRITES, &handle_), "begin");
    return begun_;
}

bool OtaSlots::write(std::string_view bytes) {
    return begun_ && succeeded(esp_ota_write(handle_, bytes.data(), bytes.size()), "write");
}

bool OtaSlots::install(const Version&) {
    if (!begun_) {
        return false;
    }
    begun_ = false;  // the handle is gone, whatever comes of it
    return succeeded(esp_ota_end(handle_), "check") &&
           succeeded(esp_ota_set_boot_partition(other_), "install");
}

void OtaSlots::abandon() {
    if (begun_) {
        esp_ota_abort(handle_);
    }
    begun_ = false;
}

bool OtaSlots::confirm() {
    return succeeded(esp_ota_mark_app_valid_cancel_rollback(), "confirm");
}

// The bootloader goes back to the other program when this one reboots without being confirmed.
bool OtaSlots::reject() {
    return on_trial() && esp_ota_check_rollback_is_possible();
}

}  // namespace peerlens
