// Two slots in memory, and a car that must not be updated while it is armed.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "update/boot_choice.hpp"
#include "update/update_gate.hpp"
#include "update/update_slots.hpp"

namespace peerlens {

// Boots slot 0, version 1.2.0, confirmed.
class MemorySlots final : public UpdateSlots {
public:
    MemorySlots() { choice.slots[0] = {SlotState::kConfirmed, Version{{1, 2, 0}}}; }

    std::size_t capacity() const override { return 4096; }
    bool on_trial() const override { return choice.on_trial(); }
    bool begin(std::size_t size) override {
        size_ = size;
        choice.begin();
        contents[choice.other()].clear();
        return !fails_to_begin;
    }
    bool write(std::string_view bytes) override {
        std::string& content = contents[choice.other()];
        content.append(bytes);
        return content.size() <= size_ && !fails_to_write;
    }
    bool install(const Version& version) override {
        if (fails_to_install || contents[choice.other()].size() != size_) {
            return false;
        }
        choice.install(version);
        return true;
    }
    void abandon() override { ++abandoned; }
    bool confirm() override {
        ++confirmations;
        if (!fails_to_confirm) {
            choice.confirm();
        }
        return !fails_to_confirm;
    }
    bool reject() override {
        choice.reject();
        return true;
    }

    BootChoice choice;
    std::array<std::string, 2> contents;
    bool fails_to_begin = false;
    bool fails_to_write = false;
    bool fails_to_install = false;
    bool fails_to_confirm = false;
    int abandoned = 0;
    int confirmations = 0;

private:
    std::size_t size_ = 0;
};

// A car that is armed when a test says so.
class ArmedGate final : public UpdateGate {
public:
    std::string_view obstacle() const override { return armed ? "the car is armed" : ""; }
    void hold(bool held) override { is_held = held; }

    bool armed = false;
    bool is_held = false;
};

}  // namespace peerlens
