// Images to JPEGs, by libjpeg.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "image.hpp"

namespace peerlens {

class JpegEncoder {
public:
    // `quality` is 1 to 100, more is better. The bytes are valid until the next call.
    std::string_view encode(const Image& image, int quality);

private:
    std::vector<std::uint8_t> bytes_;
};

}  // namespace peerlens
