// The control board on this machine: what a chip's port is, for the host.
#pragma once

#include <cstdint>
#include <string_view>

#include "arguments.hpp"
#include "device/board_device.hpp"
#include "device/connection.hpp"
#include "device/resolver.hpp"
#include "host/machine.hpp"
#include "host/monotonic_clock.hpp"
#include "host/standard_output.hpp"
#include "host/system_random.hpp"
#include "host/system_tls.hpp"
#include "host/twin_setup.hpp"
#include "host/twin_updates.hpp"
#include "printed_pins.hpp"
#include "simulated_sensors.hpp"

namespace peerlens {

class Twin final : private BoardEvents {
public:
    // What run() returns when it is to boot again.
    static constexpr int kReboot = -1;

    Twin(const CarArguments& arguments, Machine& machine);

    // Run until SIGTERM or SIGINT, until stdout is closed, or until another board takes this
    // one's name; returns the exit code. Or until it is to boot again.
    int run();

private:
    // BoardEvents
    void link_up() override;
    void link_down(std::string_view reason) override;
    void refused(std::string_view problem, std::string_view detail) override;
    void obeyed(std::uint32_t seq) override;

    bool prepare();
    void end();

    const CarArguments arguments_;
    Machine& machine_;
    const VersionText version_;
    const MonotonicClock clock_;
    SystemRandom random_;
    StandardOutput output_;
    SystemTls ddns_tls_;
    TwinSetup setup_;
    Resolver resolver_;
    SystemTls tls_;
    Connection connection_;
    PrintedPins pins_;
    SimulatedSensors sensors_;
    BoardDevice device_;
    TwinUpdates updates_;
};

}  // namespace peerlens
