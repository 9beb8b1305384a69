// The first minutes of an updated program.
#pragma once

#include <cstdint>

#include "status/boot_counters.hpp"
#include "update/update_slots.hpp"

namespace peerlens {

// A program on trial is confirmed once it has shown that it works: its link is up, or it has
// answered an authorised request, so that it can be updated again. Otherwise it is rejected after
// kDeadlineMs. A crash, a watchdog or a power cut before that needs nothing here: the next boot is
// of the old program. What works but cannot be confirmed, because the flash fails, goes on running
// until then.
class Trial {
public:
    static constexpr std::uint32_t kDeadlineMs = 180'000;
    // Between attempts to confirm, when the flash fails.
    static constexpr std::uint32_t kRetryMs = 1000;

    Trial(UpdateSlots& slots, BootRecord& record, std::uint32_t now,
          std::uint32_t deadline_ms = kDeadlineMs)
        : slots_(slots), record_(record), deadline_ms_(deadline_ms), began_at_(now) {}

    // The program has shown that it works.
    void worked() { worked_ = true; }
    // Returns true once: the program was rejected, and the device is to reboot.
    bool tick(std::uint32_t now);

private:
    UpdateSlots& slots_;
    BootRecord& record_;
    const std::uint32_t deadline_ms_;
    const std::uint32_t began_at_;
    std::uint32_t tried_at_ = 0;
    bool tried_ = false;
    bool worked_ = false;
    bool over_ = false;
};

}  // namespace peerlens
