// How the link of a device to its gateway, or to signaling, stands.
#pragma once

#include <cstdint>

namespace peerlens {

enum class LinkState : std::uint8_t {
    kDown,
    kRegistering,  // open, and `register` was sent
    kUp,           // registered
    kDead,         // to be closed, and link_lost() to be called
};

}  // namespace peerlens
