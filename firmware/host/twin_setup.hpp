// Settings and provisioning of a twin.
#pragma once

#include <cstdint>
#include <string>

#include "device/device_setup.hpp"
#include "device/tls.hpp"
#include "host/file_settings_store.hpp"
#include "host/simulated_wifi.hpp"
#include "host/standard_output.hpp"
#include "host/system_clock.hpp"
#include "host/system_random.hpp"

namespace peerlens {

// Where a twin's settings are, beside those of its command line.
struct TwinSettings {
    Settings factory;            // as the command line has them
    std::string file;            // where they are kept; what is there wins; empty: nowhere
    bool unprovisioned = false;  // begins without a network, as a new device does
    bool has_http = true;        // without, nobody needs the setup code
};

// The network that a twin is in from the start, unless it is unprovisioned.
constexpr std::string_view kTwinNetwork = "host";

class TwinSetup {
public:
    // Says on stderr what is wrong with the file; the factory settings count then. What `wanted`
    // holds must outlive this. `ddns_tls` may be null.
    TwinSetup(DeviceKind kind, const TwinSettings& wanted, std::string_view firmware, Tls* ddns_tls,
              StandardOutput& output, std::uint32_t now);

    DeviceSetup& device() { return device_; }
    const Settings& settings() const { return device_.settings(); }

private:
    void complain(const std::string& program) const;

    SystemRandom random_;
    SystemClock wall_clock_;
    FileSettingsStore store_;
    SimulatedWifi wifi_;
    DeviceSetup device_;
};

}  // namespace peerlens
