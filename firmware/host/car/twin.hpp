// The control board on this machine: what a chip's port is, for the host.
#pragma once

#include <cstdint>
#include <string_view>

#include "arguments.hpp"
#include "device/board_device.hpp"
#include "device/connection.hpp"
#include "device/resolver.hpp"
#include "host/monotonic_clock.hpp"
#include "host/standard_output.hpp"
#include "host/system_random.hpp"
#include "host/system_tls.hpp"
#include "printed_pins.hpp"
#include "simulated_sensors.hpp"

namespace peerlens {

class Twin final : private BoardEvents {
public:
    explicit Twin(const CarArguments& arguments);

    // Run until SIGTERM or SIGINT, until stdout is closed, or until another board takes this
    // one's name; returns the exit code.
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
    const MonotonicClock clock_;
    SystemRandom random_;
    StandardOutput output_;
    Resolver resolver_;
    SystemTls tls_;
    Connection connection_;
    PrintedPins pins_;
    SimulatedSensors sensors_;
    BoardDevice device_;
};

}  // namespace peerlens
