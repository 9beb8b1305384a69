// Tells the serial console what becomes of the link.
#pragma once

#include <esp_log.h>

#include "device/camera_uplink.hpp"
#include "update/update_service.hpp"

namespace peerlens {

class LogWatcher final : public UplinkWatcher {
public:
    // Whoever wants to know that the link came up.
    void also_tell(UpdateService& updates) { updates_ = &updates; }

    void tell_link(bool is_up, std::string_view reason) override {
        ESP_LOGI("link", "%s %.*s", is_up ? "up" : "down", static_cast<int>(reason.size()),
                 reason.data());
        if (is_up && updates_ != nullptr) {
            updates_->link_up();
        }
    }
    void tell_refused(std::string_view problem, std::string_view detail) override {
        ESP_LOGW("link", "refused %.*s: %.*s", static_cast<int>(problem.size()), problem.data(),
                 static_cast<int>(detail.size()), detail.data());
    }

private:
    UpdateService* updates_ = nullptr;
};

}  // namespace peerlens
