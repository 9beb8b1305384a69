// The command line of twin-car.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/machine.hpp"
#include "host/twin_setup.hpp"

namespace peerlens {

struct CarArguments {
    TwinSettings settings;  // what the device was made with, and where changes are kept
    std::string http_host = "127.0.0.1";
    std::optional<std::uint32_t> http_port;  // none: no HTTP; 0: any
    MachineArguments machine;
    double battery_percent = 100.0;
    std::uint32_t boot_ms = 0;
    std::uint32_t stall_ms = 400;
    bool trace = false;
    bool pulses = false;
    bool timing = false;
    bool help = false;
};

// Fill `arguments` from the command line and PEERLENS_BOARD_TOKEN. Returns what is wrong with
// them, or an empty string.
std::string parse_arguments(int count, const char* const* values, CarArguments& arguments);

extern const char* const kCarUsage;

}  // namespace peerlens
