// What a server's close code asks of a client (protocol/README.md, "Problems and close codes").
#pragma once

#include <cstdint>

namespace peerlens {

constexpr std::uint16_t kGoingAway = 1001;
constexpr std::uint16_t kSuperseded = 4409;

// A person, or another program, has to act first. Nobody watches a device: it asks again, seldom.
constexpr bool needs_a_person(std::uint16_t code) {
    return code == 1009 || code == 4400 || code == 4401 || code == 4403 || code == 4415 ||
           code == 4426;
}

}  // namespace peerlens
