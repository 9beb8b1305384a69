// The wall clock painted into a picture, so that a machine that sees it knows its age.
#pragma once

#include <cstdint>

#include "image.hpp"

namespace peerlens {

// As peerlens/virtual_camera/stamp.py describes it: 256x48 pixels at the top left, milliseconds
// since 1970 modulo 2^40 and a checksum. A smaller image is left as it is.
void paint_stamp(Image& image, std::uint64_t epoch_ms);

}  // namespace peerlens
