#include "camera/frame_store.hpp"

#include <algorithm>
#include <cstring>

namespace peerlens {

FrameHold& FrameHold::operator=(FrameHold&& other) noexcept {
    if (this != &other) {
        release();
        store_ = other.store_;
        slot_ = other.slot_;
        other.store_ = nullptr;
    }
    return *this;
}

std::string_view FrameHold::jpeg() const {
    return {store_->memory_of(slot_), store_->slots_[slot_].size};
}

std::uint64_t FrameHold::captured_us() const {
    return store_->slots_[slot_].captured_us;
}

std::uint32_t FrameHold::sequence() const {
    return store_->slots_[slot_].sequence;
}

void FrameHold::release() {
    if (store_ != nullptr) {
        store_->release(slot_);
        store_ = nullptr;
    }
}

FrameStore::FrameStore(char* memory, std::size_t slot_size, std::size_t slots)
    : memory_(memory), slot_size_(slot_size), slots_count_(std::min(slots, kMaxSlots)) {}

bool FrameStore::publish(std::string_view jpeg, std::uint64_t captured_us) {
    Slot* slot = jpeg.empty() || jpeg.size() > slot_size_ ? nullptr : begin_write();
    if (slot == nullptr) {
        refused_.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    const auto index = static_cast<std::size_t>(slot - slots_.data());
    std::uint32_t sequence = sequence_.load(std::memory_order_relaxed) + 1;
    sequence += sequence == 0 ? 1 : 0;
    std::memcpy(memory_of(index), jpeg.data(), jpeg.size());
    slot->size = jpeg.size();
    slot->captured_us = captured_us;
    slot->sequence = sequence;
    // A reader that tries the slot just now has added its hold, which must stay.
    slot->holds.fetch_sub(kWriting, std::memory_order_release);
    newest_.store(static_cast<std::uint32_t>(index), std::memory_order_release);
    sequence_.store(sequence, std::memory_order_release);
    return true;
}

// A slot that is neither held nor the newest, marked as being written.
FrameStore::Slot* FrameStore::begin_write() {
    const std::uint32_t newest = newest_.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < slots_count_; ++i) {
        std::uint32_t free = 0;
        if (i != newest &&
            slots_[i].holds.compare_exchange_strong(free, kWriting, std::memory_order_acquire)) {
            return &slots_[i];
        }
    }
    return nullptr;
}

FrameHold FrameStore::newest(std::uint32_t after) {
    if (sequence() == after || sequence() == 0) {
        return {};
    }
    if (held_.fetch_add(1, std::memory_order_relaxed) + kSpare >= slots_count_) {
        held_.fetch_sub(1, std::memory_order_relaxed);
        return {};
    }
    for (;;) {
        const std::uint32_t index = newest_.load(std::memory_order_acquire);
        const auto before = slots_[index].holds.fetch_add(1, std::memory_order_acquire);
        if ((before & kWriting) == 0) {
            return {*this, index};
        }
        // It is being written anew, so another has become the newest since.
        slots_[index].holds.fetch_sub(1, std::memory_order_relaxed);
    }
}

void FrameStore::release(std::size_t slot) {
    slots_[slot].holds.fetch_sub(1, std::memory_order_release);
    held_.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace peerlens
