// The command line of twin-car.
#pragma once

#include <cstdint>
#include <string>

#include "messages/messages.hpp"
#include "websocket_url.hpp"

namespace peerlens {

struct Arguments {
    WebSocketUrl url;
    std::string id;
    std::string token;
    BoardLimits limits;
    double battery_percent = 100.0;
    std::uint32_t boot_ms = 0;
    std::uint32_t stall_ms = 400;
    bool trace = false;
    bool help = false;
};

// Fill `arguments` from the command line and PEERLENS_BOARD_TOKEN. Returns what is wrong with
// them, or an empty string.
std::string parse_arguments(int count, const char* const* values, Arguments& arguments);

extern const char* const kUsage;

}  // namespace peerlens
