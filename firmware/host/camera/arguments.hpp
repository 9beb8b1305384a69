// The command line of twin-camera.
#pragma once

#include <cstdint>
#include <string>

#include "fault.hpp"
#include "host/machine.hpp"
#include "host/twin_setup.hpp"

namespace peerlens {

struct CameraArguments {
    TwinSettings settings;  // what the device was made with, and where changes are kept
    std::string host = "127.0.0.1";
    std::uint32_t port = 8081;
    std::string jpegs;  // a folder; empty: the scene
    MachineArguments machine;
    Fault fault = Fault::kNone;
    double fault_s = 5.0;
    std::uint32_t boot_ms = 0;
    bool stamped = false;
    bool help = false;
};

// Fill `arguments` from the command line and PEERLENS_CAMERA_TOKEN. Returns what is wrong with
// them, or an empty string.
std::string parse_arguments(int count, const char* const* values, CameraArguments& arguments);

// What --help says.
const char* camera_usage();

}  // namespace peerlens
