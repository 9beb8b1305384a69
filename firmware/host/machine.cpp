#include "host/machine.hpp"

#include <chrono>
#include <iostream>
#include <thread>

#include "update/built_version.hpp"

namespace peerlens {

Machine::Machine(const MachineArguments& arguments, const Clock& clock, Reboot& reboot)
    : trial_ms_(arguments.trial_ms),
      clock_(clock),
      reboot_(reboot),
      folder_(arguments.state),
      slots_(folder_),
      counters_(folder_),
      record_(counters_) {}

std::string Machine::boot() {
    std::string wrong = folder_.create();
    wrong = wrong.empty() ? slots_.boot(kBuiltVersion) : wrong;
    if (!wrong.empty()) {
        return wrong;
    }
    record_.booted(counters_.take_reason(), slots_.on_trial());
    watchdog_ = std::make_unique<ThreadWatchdog>(clock_, [this](const char* name) {
        std::cerr << "the task " << name << " hangs\n";
        reboot(ResetReason::kWatchdog);
    });
    misbehave(slots_.fault());
    return "";
}

void Machine::misbehave(const std::string& fault) {
    if (fault == "crash") {
        reboot(ResetReason::kPanic);
    }
    WatchedTask task(*watchdog_, "main");
    Trial trial(slots_, record_, clock_.now(), trial_ms_);
    while (fault == "hang" || fault == "deaf") {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (fault == "hang") {
            continue;
        }
        task.feed();
        if (trial.tick(clock_.now())) {
            reboot(ResetReason::kSoftware);
        }
    }
}

void Machine::reboot(ResetReason reason) {
    counters_.will_reset(reason);
    reboot_.now();
}

}  // namespace peerlens
