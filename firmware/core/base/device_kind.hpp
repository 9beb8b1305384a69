// Which of the two devices this is.
#pragma once

#include <cstdint>

namespace peerlens {

enum class DeviceKind : std::uint8_t { kCamera, kBoard };

inline const char* name_of(DeviceKind kind) {
    return kind == DeviceKind::kCamera ? "camera" : "board";
}

}  // namespace peerlens
