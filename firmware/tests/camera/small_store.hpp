// A frame store for a few small pictures.
#pragma once

#include <array>

#include "camera/frame_store.hpp"

namespace peerlens {

template <std::size_t Slots = 8, std::size_t Size = 64>
struct SmallStore {
    std::array<char, Slots * Size> memory;
    FrameStore frames{memory.data(), Size, Slots};
};

}  // namespace peerlens
