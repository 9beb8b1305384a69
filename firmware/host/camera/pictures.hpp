// Where the twin's pictures come from.
#pragma once

#include <cstdint>
#include <string_view>

#include "settings/settings.hpp"

namespace peerlens {

// Used by one thread.
class Pictures {
public:
    virtual ~Pictures() = default;

    // A JPEG of this moment, in the size, quality and orientation that `settings` ask for:
    // `seconds` since the start, `epoch_ms` by the wall clock. Its bytes are valid until the next
    // call. Empty when there is none now.
    virtual std::string_view next(const CameraSettings& settings, double seconds,
                                  std::uint64_t epoch_ms) = 0;
};

}  // namespace peerlens
