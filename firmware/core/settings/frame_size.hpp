// The picture sizes that the sensors have.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "settings/settings.hpp"

namespace peerlens {

struct FrameDimensions {
    std::string_view name;
    std::uint16_t width;
    std::uint16_t height;
};

// In the order of FrameSize.
constexpr std::array<FrameDimensions, 9> kFrameSizes{{{"QVGA", 320, 240},
                                                      {"CIF", 400, 296},
                                                      {"HVGA", 480, 320},
                                                      {"VGA", 640, 480},
                                                      {"SVGA", 800, 600},
                                                      {"XGA", 1024, 768},
                                                      {"HD", 1280, 720},
                                                      {"SXGA", 1280, 1024},
                                                      {"UXGA", 1600, 1200}}};

constexpr const FrameDimensions& dimensions_of(FrameSize size) {
    return kFrameSizes[static_cast<std::size_t>(size)];
}

}  // namespace peerlens
