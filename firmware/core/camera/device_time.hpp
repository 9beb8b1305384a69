// X-Timestamp: when a picture was taken, in seconds since the device's boot.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/text_writer.hpp"

namespace peerlens {

// With six digits behind the point, as CameraWebServer writes it.
inline void add_device_time(TextWriter& text, std::uint64_t us) {
    char digits[6];
    std::uint64_t left = us % 1'000'000;
    for (std::size_t i = sizeof digits; i-- > 0;) {
        digits[i] = static_cast<char>('0' + left % 10);
        left /= 10;
    }
    text.add(us / 1'000'000).add(".").add({digits, sizeof digits});
}

}  // namespace peerlens
