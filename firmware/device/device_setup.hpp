// Settings and provisioning of a device, put together: all but its radio and its flash.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/device_kind.hpp"
#include "base/random.hpp"
#include "ddns/ddns.hpp"
#include "device/ddns_client.hpp"
#include "device/dns_server.hpp"
#include "device/loop.hpp"
#include "device/pollable.hpp"
#include "device/tls.hpp"
#include "device/wall_clock.hpp"
#include "http/http_service.hpp"
#include "http/status_handler.hpp"
#include "provisioning/captive_portal.hpp"
#include "provisioning/network.hpp"
#include "provisioning/page_handler.hpp"
#include "provisioning/setup_handler.hpp"
#include "provisioning/wifi.hpp"
#include "settings/settings_handler.hpp"
#include "settings/settings_keeper.hpp"
#include "update/update_gate.hpp"

namespace peerlens {

// What the port gives; all of it must outlive the setup.
struct SetupParts {
    DeviceKind kind;
    const Settings& factory;    // what the settings are where nothing was saved
    std::string_view firmware;  // its version
    std::string_view page;      // provisioning/page.html
    SettingsStore& store;
    Wifi& wifi;
    Random& random;
    WallClock& wall_clock;
    Tls* ddns_tls;  // of its own; without it dynamic DNS has no https
};

// Built first of all, as everything else wants the settings; attach() then adds it to the device.
// Too large for a stack.
class DeviceSetup final : public Pollable, private DeviceControl {
public:
    // Answers that are on their way get out before a restart.
    static constexpr std::uint32_t kRestartMs = 500;
    static constexpr std::uint32_t kAddressMs = 2'000;
    static constexpr std::uint16_t kDnsPort = 53;
    // The device's address in its own Wi-Fi, as ESP-IDF has it.
    static constexpr std::array<std::uint8_t, 4> kOwnAddress{192, 168, 4, 1};

    // Reads the settings, with a buffer from the heap.
    DeviceSetup(const SetupParts& parts, std::uint32_t now);

    // Those at boot; they stay as they are. Changes count from the next boot on.
    const Settings& settings() const { return settings_; }
    SettingsOrigin origin() const { return origin_; }
    // Where the origin is kUnusable: why. Otherwise it says why the last change was refused.
    const SettingsProblem& problem() const { return keeper_.problem(); }
    std::string_view store_reason() const { return keeper_.store_reason(); }
    // Who may do what on the device's HTTP.
    HttpSecrets secrets() const;

    // Add its addresses, its part of /status, and itself to the loop. `gate` says when nothing may
    // be changed. Returns false when one of them has no room.
    bool attach(HttpService& http, StatusHandler& status, Loop& loop, const UpdateGate& gate);

    // For a button that was held: as POST /factory-reset, whatever speaks against it.
    void factory_reset() {
        keeper_.reset();
        restart();
    }

    const Network& network() const { return network_; }
    // Whether to boot again now.
    bool restart_due(std::uint32_t now) const {
        return restarting_ && now - restart_at_ >= kRestartMs;
    }

    // Pollable; it serves its DNS and its dynamic DNS, too.
    std::size_t watch(pollfd* out, std::size_t room) override;
    void serve(const pollfd* happened, std::size_t count, std::uint32_t now) override;

private:
    // DeviceControl
    std::string_view obstacle() const override;
    void restart() override;

    void look_at_address(std::uint32_t now);

    const SetupParts parts_;
    SettingsKeeper keeper_;
    const SettingsOrigin origin_;
    const Settings settings_;
    const UpdateGate* gate_ = nullptr;
    Network network_;
    Ddns ddns_;
    DdnsClient ddns_client_;
    DnsServer dns_;
    SettingsHandler settings_handler_;
    RestartHandler restart_handler_;
    FactoryResetHandler reset_handler_;
    SetupHandler setup_handler_;
    PageHandler page_handler_;
    CaptivePortal portal_;
    std::size_t dns_watched_ = 0;  // of what watch() gave
    std::uint32_t now_;
    std::uint32_t looked_at_;
    std::uint32_t restart_at_ = 0;
    bool restarting_ = false;
};

}  // namespace peerlens
