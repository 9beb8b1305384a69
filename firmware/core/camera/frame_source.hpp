// Where pictures come from.
#pragma once

#include <cstdint>
#include <string_view>

namespace peerlens {

struct CapturedFrame {
    std::string_view jpeg;          // empty when there is none
    std::uint64_t captured_us = 0;  // since boot
};

// The sensor on the chip, a scene or a folder on the host. Used by the capture thread alone.
class FrameSource {
public:
    // Wait for the next picture, at most `timeout_ms`. It is valid until the next call.
    virtual CapturedFrame next(std::uint32_t timeout_ms) = 0;

protected:
    ~FrameSource() = default;
};

}  // namespace peerlens
