// What a twin is besides its program: what it keeps while it is off, and what boots it again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "device/clock.hpp"
#include "device/task_watchdog.hpp"
#include "host/file_counters.hpp"
#include "host/file_slots.hpp"
#include "host/reboot.hpp"
#include "host/state_folder.hpp"
#include "host/thread_watchdog.hpp"
#include "status/boot_counters.hpp"
#include "update/trial.hpp"

namespace peerlens {

struct MachineArguments {
    std::string state;  // a folder; empty: it forgets all when it is off
    std::uint32_t trial_ms = Trial::kDeadlineMs;
};

// Call boot() first of all, and keep it alive until the end. For all threads: watchdog() and
// reboot().
class Machine {
public:
    Machine(const MachineArguments& arguments, const Clock& clock, Reboot& reboot);

    // What happens before a device's program begins: the bootloader chooses a slot, and the boot is
    // counted. A program that is bad by what its slot holds (FileSlots::fault) does not come
    // back from here: it crashes, or it hangs, or, being deaf, it waits for the trial's end.
    // Returns what is wrong with the folder, or an empty string.
    std::string boot();

    // Of the program that runs.
    const Version& version() const { return slots_.running(); }
    std::uint32_t trial_ms() const { return trial_ms_; }
    FileSlots& slots() { return slots_; }
    BootRecord& record() { return record_; }
    TaskWatchdog& watchdog() { return *watchdog_; }

    // What the arguments are to end with when it boots again.
    void boot_with(const std::vector<std::string>& more) { reboot_.add(more); }
    [[noreturn]] void reboot(ResetReason reason);

private:
    void misbehave(const std::string& fault);

    const std::uint32_t trial_ms_;
    const Clock& clock_;
    Reboot& reboot_;
    StateFolder folder_;
    FileSlots slots_;
    FileCounters counters_;
    BootRecord record_;
    std::unique_ptr<ThreadWatchdog> watchdog_;
};

}  // namespace peerlens
