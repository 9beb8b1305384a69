// Tells the serial console what becomes of the link.
#pragma once

#include <esp_log.h>

#include "device/board_events.hpp"
#include "update/update_service.hpp"

namespace peerlens {

class LogEvents final : public BoardEvents {
public:
    // Whoever wants to know that the link came up.
    void also_tell(UpdateService& updates) { updates_ = &updates; }

    void link_up() override {
        ESP_LOGI("link", "up");
        if (updates_ != nullptr) {
            updates_->link_up();
        }
    }
    void link_down(std::string_view reason) override {
        ESP_LOGI("link", "down %.*s", static_cast<int>(reason.size()), reason.data());
    }
    void refused(std::string_view problem, std::string_view detail) override {
        ESP_LOGW("link", "refused %.*s: %.*s", static_cast<int>(problem.size()), problem.data(),
                 static_cast<int>(detail.size()), detail.data());
    }
    void obeyed(std::uint32_t) override {}

private:
    UpdateService* updates_ = nullptr;
};

}  // namespace peerlens
