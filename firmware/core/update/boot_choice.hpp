// What a bootloader with two slots and rollback remembers and does.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "update/version.hpp"

namespace peerlens {

enum class SlotState : std::uint8_t {
    kEmpty,
    kNew,    // installed, never booted
    kTrial,  // booted once, not confirmed
    kConfirmed,
    kRejected,
};

// For a port without such a bootloader, and the rules of the one that ESP-IDF has. Whoever keeps
// it saves it after each change, whole or not at all.
struct BootChoice {
    struct Slot {
        SlotState state = SlotState::kEmpty;
        Version version;
    };

    std::array<Slot, 2> slots;
    std::size_t chosen = 0;  // the slot that runs or, once an update is installed, is booted next
    std::size_t running = 0;

    // Boot: a new program is on trial from now on; one that was on trial, and was not confirmed,
    // gives way to the other slot's.
    void boot() {
        Slot& slot = slots[chosen];
        if (slot.state == SlotState::kNew) {
            slot.state = SlotState::kTrial;
        } else if (slot.state == SlotState::kTrial || slot.state == SlotState::kRejected) {
            slot.state = SlotState::kRejected;
            chosen = 1 - chosen;
        }
        running = chosen;
    }

    bool on_trial() const { return slots[running].state == SlotState::kTrial; }
    std::size_t other() const { return 1 - running; }

    // The other slot is to be written.
    void begin() {
        slots[other()] = Slot{};
        chosen = running;
    }
    // It was written.
    void install(const Version& version) {
        slots[other()] = Slot{SlotState::kNew, version};
        chosen = other();
    }
    void confirm() { slots[running].state = SlotState::kConfirmed; }
    void reject() { slots[running].state = SlotState::kRejected; }
};

}  // namespace peerlens
