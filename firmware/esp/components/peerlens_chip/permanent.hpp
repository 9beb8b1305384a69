// Large objects that live as long as the program.
#pragma once

#include <esp_heap_caps.h>
#include <esp_log.h>

#include <cstdlib>
#include <new>
#include <utility>

namespace peerlens {

enum class Memory : std::uint8_t {
    kInternal,  // what an interrupt touches, or other tasks by atomics
    kLarge,     // PSRAM where there is any
};

// Made once, at boot, and never given back. Statics have but a part of a chip's memory; the heap
// has all of it. Without memory the device cannot be what it is: it reboots, having said so.
template <typename T, typename... Arguments>
T& make_permanent(Memory memory, Arguments&&... arguments) {
    constexpr std::uint32_t kInternal = MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT;
    const std::uint32_t wanted =
        memory == Memory::kLarge ? std::uint32_t{MALLOC_CAP_SPIRAM | MALLOC_CAP_8BIT} : kInternal;
    void* place = heap_caps_aligned_alloc(alignof(T), sizeof(T), wanted);
    if (place == nullptr) {
        place = heap_caps_aligned_alloc(alignof(T), sizeof(T), kInternal);
    }
    if (place == nullptr) {
        ESP_LOGE("memory", "no %u bytes", static_cast<unsigned>(sizeof(T)));
        std::abort();
    }
    return *new (place) T(std::forward<Arguments>(arguments)...);
}

}  // namespace peerlens
