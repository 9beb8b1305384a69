// GET /setup: what the setup page shows beside the settings.
#pragma once

#include <string_view>

#include "http/http_handler.hpp"
#include "provisioning/network.hpp"
#include "settings/settings_keeper.hpp"

namespace peerlens {

// device, firmware, state, failure?, setupNeeded, networks[ssid, rssiDbm, open]. Each request
// begins a new look for networks, whose result the next one has.
class SetupHandler final : public HttpHandler {
public:
    static constexpr std::size_t kMostNetworks = 20;

    // `firmware`: its version; it must outlive this.
    SetupHandler(Wifi& wifi, const Network& network, SettingsKeeper& keeper,
                 std::string_view firmware)
        : wifi_(wifi), network_(network), keeper_(keeper), firmware_(firmware) {}

    std::string_view path() const override { return "/setup"; }
    HttpAccess access() const override {
        return network_.provisioning().is_open() ? HttpAccess::kPublic : HttpAccess::kAdmin;
    }
    void handle(const HttpRequest& request, HttpResponse& response) override;

private:
    Wifi& wifi_;
    const Network& network_;
    SettingsKeeper& keeper_;
    const std::string_view firmware_;
};

}  // namespace peerlens
