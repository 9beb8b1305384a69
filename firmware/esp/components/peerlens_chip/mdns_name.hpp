// The device's name in the local network.
#pragma once

#include <cstdint>

#include "base/text.hpp"

namespace peerlens {

// Answer for HOSTNAME.local from now on, and tell of the HTTP server at `port` with the device's
// `kind` ("camera", "board"). Call it once, after Wi-Fi was started.
void announce_by_mdns(const Text<63>& hostname, const char* kind, std::uint16_t port);

}  // namespace peerlens
