// The sizes of pictures, by the names that sensors' data sheets give them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace peerlens {

enum class FrameSize : std::uint8_t {
    kQqvga,
    kQvga,
    kCif,
    kHvga,
    kVga,
    kSvga,
    kXga,
    kHd,
    kSxga,
    kUxga,
};

struct FrameSizeFacts {
    FrameSize size;
    std::string_view name;
    std::uint16_t width;
    std::uint16_t height;
};

constexpr std::array<FrameSizeFacts, 10> kFrameSizes{{
    {FrameSize::kQqvga, "QQVGA", 160, 120},
    {FrameSize::kQvga, "QVGA", 320, 240},
    {FrameSize::kCif, "CIF", 400, 296},
    {FrameSize::kHvga, "HVGA", 480, 320},
    {FrameSize::kVga, "VGA", 640, 480},
    {FrameSize::kSvga, "SVGA", 800, 600},
    {FrameSize::kXga, "XGA", 1024, 768},
    {FrameSize::kHd, "HD", 1280, 720},
    {FrameSize::kSxga, "SXGA", 1280, 1024},
    {FrameSize::kUxga, "UXGA", 1600, 1200},
}};

constexpr const FrameSizeFacts& facts_of(FrameSize size) {
    return kFrameSizes[static_cast<std::size_t>(size)];
}

// By its name, in capitals.
constexpr std::optional<FrameSize> frame_size_named(std::string_view name) {
    for (const FrameSizeFacts& each : kFrameSizes) {
        if (each.name == name) {
            return each.size;
        }
    }
    return std::nullopt;
}

}  // namespace peerlens
