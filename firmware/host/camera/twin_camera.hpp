// The camera on this machine: joins the device, its sensor and its faults.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "device/camera_device.hpp"
#include "device/camera_uplink.hpp"
#include "fault_switch.hpp"
#include "host/machine.hpp"
#include "host/monotonic_clock.hpp"
#include "host/standard_output.hpp"
#include "host/system_random.hpp"
#include "host/system_tls.hpp"
#include "host/twin_setup.hpp"
#include "host/twin_updates.hpp"
#include "pictures.hpp"
#include "twin_sensor.hpp"

namespace peerlens {

// Too large for a stack.
class TwinCamera final : private UplinkWatcher {
public:
    static constexpr int kPassMs = 20;
    // As large as a picture may be on the chip.
    static constexpr std::size_t kSlotBytes = 262'144;
    // What was asked to happen begins so much later, so that the answer still gets out.
    static constexpr std::uint32_t kGraceMs = 100;
    static constexpr std::uint32_t kRebootMs = 1000;

    enum class End : std::uint8_t { kStopped, kReboot };

    TwinCamera(const CameraArguments& arguments, Pictures& pictures, Machine& machine);

    // Take a picture, and open the port; returns what is wrong, or an empty string.
    std::string listen();
    std::uint16_t port() const { return port_; }
    // Run until SIGTERM, SIGINT, or a reboot. All sockets are closed then.
    End run();

private:
    // UplinkWatcher
    void tell_link(bool is_up, std::string_view reason) override;
    void tell_refused(std::string_view problem, std::string_view detail) override;

    void act(Fault fault);
    void lose_wifi();
    // Wait, doing nothing at all.
    void be_away(std::uint32_t ms) const;

    const CameraArguments arguments_;
    Machine& machine_;
    const VersionText version_;
    const MonotonicClock clock_;
    SystemRandom random_;
    SystemTls tls_;
    SystemTls ddns_tls_;
    StandardOutput output_;
    TwinSetup setup_;
    OpenGate gate_;
    std::vector<char> frames_;
    TwinSensor sensor_;
    FaultSwitch switch_;
    CameraDevice device_;
    CameraUplink uplink_;
    TwinUpdates updates_;
    std::uint16_t port_ = 0;

    Fault fault_ = Fault::kNone;  // as it was in the last pass
    std::uint32_t fault_since_ = 0;
    bool rebooting_ = false;
};

}  // namespace peerlens
