// The newest pictures, between the thread that captures and those that send.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace peerlens {

class FrameStore;

// One picture that is being read; it stays as it is until the hold ends.
class FrameHold {
public:
    FrameHold() = default;
    ~FrameHold() { release(); }
    FrameHold(FrameHold&& other) noexcept { *this = static_cast<FrameHold&&>(other); }
    FrameHold& operator=(FrameHold&& other) noexcept;

    explicit operator bool() const { return store_ != nullptr; }
    // Valid only while it holds one.
    std::string_view jpeg() const;
    std::uint64_t captured_us() const;
    std::uint32_t sequence() const;
    void release();

private:
    friend class FrameStore;
    FrameHold(FrameStore& store, std::size_t slot) : store_(&store), slot_(slot) {}

    FrameStore* store_ = nullptr;
    std::size_t slot_ = 0;
};

// One writer, any readers, each on a thread of its own; nobody waits for anybody. A reader takes
// the newest picture: one that is slow misses some, and none is queued. The slots' memory is the
// port's (PSRAM on the chip); this object itself must be where atomics work (internal RAM).
class FrameStore {
public:
    static constexpr std::size_t kMaxSlots = 12;
    // How many slots nobody may hold: the newest picture's, and the one that is written.
    static constexpr std::size_t kSpare = 2;

    // `memory` is `slots` times `slot_size` bytes; 3 to kMaxSlots slots.
    FrameStore(char* memory, std::size_t slot_size, std::size_t slots);

    // The writer's: keep a copy of `jpeg`, taken at `captured_us` since boot, as the newest.
    // Returns false, and counts it, when it is empty or larger than a slot.
    bool publish(std::string_view jpeg, std::uint64_t captured_us);

    // The newest picture if its number is another than `after` (0: any); otherwise, and when as
    // many as there may be are held, an empty hold.
    FrameHold newest(std::uint32_t after = 0);

    // The number of the newest picture: 1 for the first, 0 as long as there is none.
    std::uint32_t sequence() const { return sequence_.load(std::memory_order_acquire); }
    // How many were not kept.
    std::uint32_t refused() const { return refused_.load(std::memory_order_relaxed); }
    std::size_t slot_size() const { return slot_size_; }

private:
    friend class FrameHold;

    static constexpr std::uint32_t kWriting = 0x8000'0000;
    static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

    struct Slot {
        std::atomic<std::uint32_t> holds{0};  // and kWriting
        std::size_t size = 0;
        std::uint64_t captured_us = 0;
        std::uint32_t sequence = 0;
    };

    Slot* begin_write();
    void release(std::size_t slot);
    char* memory_of(std::size_t slot) const { return memory_ + slot * slot_size_; }

    char* const memory_;
    const std::size_t slot_size_;
    const std::size_t slots_count_;
    std::array<Slot, kMaxSlots> slots_;
    std::atomic<std::uint32_t> newest_{kNone};
    std::atomic<std::uint32_t> held_{0};
    std::atomic<std::uint32_t> sequence_{0};
    std::atomic<std::uint32_t> refused_{0};
};

}  // namespace peerlens
