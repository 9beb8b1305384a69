// Does with the radio what provisioning decides.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/status_handler.hpp"
#include "provisioning/provisioning.hpp"
#include "provisioning/wifi.hpp"
#include "settings/settings.hpp"

namespace peerlens {

// The settings, those at boot, must outlive it.
class Network final : public StatusPart {
public:
    Network(Wifi& wifi, const Settings& settings, std::uint32_t now);

    // In each pass of the loop. `driven`: the car is. `time_known`: SNTP has set the clock.
    void tick(std::uint32_t now, bool driven, bool time_known);
    // network: state, failure?, ssid, hostname, timeKnown.
    void write(JsonWriter& json, std::uint32_t now) override;

    const Provisioning& provisioning() const { return provisioning_; }
    // The own network's name: Peerlens and the hostname.
    Text<32> access_point_name() const;

private:
    Wifi& wifi_;
    const Settings& settings_;
    Provisioning provisioning_;
    bool has_access_point_ = false;
    bool time_known_ = false;
};

}  // namespace peerlens
