// Where the twin's pictures come from.
#pragma once

#include <cstdint>
#include <string_view>

namespace peerlens {

// The size in pixels, JPEG quality 1 to 100, and which way round.
struct PictureFormat {
    int width = 640;
    int height = 480;
    int quality = 80;
    bool mirrored = false;
    bool flipped = false;
};

// Used by one thread.
class Pictures {
public:
    virtual ~Pictures() = default;

    // A JPEG of this moment: `seconds` since the start, `epoch_ms` by the wall clock. Its bytes are
    // valid until the next call. Empty when there is none now.
    virtual std::string_view next(const PictureFormat& format, double seconds,
                                  std::uint64_t epoch_ms) = 0;
};

}  // namespace peerlens
