// Updates of a twin.
#pragma once

#include <cstdint>
#include <string_view>

#include "host/machine.hpp"
#include "host/system_verifier.hpp"
#include "http/http_service.hpp"
#include "http/status_handler.hpp"
#include "update/update_gate.hpp"
#include "update/update_service.hpp"

namespace peerlens {

class TwinUpdates {
public:
    // `target` is what an image must be for, and `key` what the settings have. All must outlive
    // this.
    TwinUpdates(Machine& machine, UpdateGate& gate, std::string_view target, std::string_view key,
                std::uint32_t now);

    void attach(HttpService& http, StatusHandler& status);
    void link_up() { service_.link_up(); }
    bool reboot_due(std::uint32_t now) const { return service_.reboot_due(now); }

private:
    SystemVerifier verifier_;
    UpdateService service_;
};

}  // namespace peerlens
