// Where random numbers come from.
#pragma once

#include <cstdint>

namespace peerlens {

// The port's generator. It masks WebSocket frames, so it must not be predictable (RFC 6455, 5.3).
class Random {
public:
    virtual std::uint32_t next() = 0;

protected:
    ~Random() = default;
};

}  // namespace peerlens
