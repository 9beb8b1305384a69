// Where programs are kept: the one that runs, and room for another.
#pragma once

#include <cstddef>
#include <string_view>

#include "update/version.hpp"

namespace peerlens {

// Two slots: one holds the program that runs, the other takes a new one. A new program is booted
// on trial: if it is not confirmed, the next boot, whatever brings it about, is of the old one.
// (On the chip the bootloader does this: CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE and esp_ota_*.)
//
// What can fail returns false; then what runs and what boots next are as before.
class UpdateSlots {
public:
    // The most bytes that the other slot takes.
    virtual std::size_t capacity() const = 0;
    // Whether the program that runs is on trial.
    virtual bool on_trial() const = 0;

    // Give up what the other slot holds and take `size` bytes into it. Not while on trial. What
    // has to be erased is erased as it is written: no call blocks for longer than 100 ms.
    virtual bool begin(std::size_t size) = 0;
    // The next bytes: at most what begin() was told, altogether.
    virtual bool write(std::string_view bytes) = 0;
    // All were written, and their digest is right: check what else can be checked of a program
    // (it is one, for this chip), and boot it next, on trial. False also when the check fails. It
    // may take 2 s: all of it is read once more.
    virtual bool install(const Version& version) = 0;
    // Nothing comes of what was begun.
    virtual void abandon() = 0;

    // The program that runs is good: boot it from now on.
    virtual bool confirm() = 0;
    // The program that runs is bad: boot the other one next. Whoever calls it reboots then.
    virtual bool reject() = 0;

protected:
    ~UpdateSlots() = default;
};

}  // namespace peerlens
