#include "status/boot_counters.hpp"

namespace peerlens {

void BootRecord::booted(ResetReason reason, bool on_trial) {
    store_.load(counters_);
    reason_ = reason;
    rolled_back_ = counters_.updating && !on_trial;
    counters_.updating = on_trial;
    ++counters_.boots;
    counters_.panics += reason == ResetReason::kPanic ? 1 : 0;
    counters_.watchdogs += reason == ResetReason::kWatchdog ? 1 : 0;
    counters_.brown_outs += reason == ResetReason::kBrownOut ? 1 : 0;
    counters_.rollbacks += rolled_back_ ? 1 : 0;
    store_.save(counters_);
}

void BootRecord::installed() {
    set_updating(true);
}

void BootRecord::confirmed() {
    set_updating(false);
}

void BootRecord::set_updating(bool updating) {
    if (counters_.updating != updating) {
        counters_.updating = updating;
        store_.save(counters_);
    }
}

void BootRecord::describe(JsonWriter& json) const {
    json.add("reset", name_of(reason_));
    json.open("boots");
    json.add("count", counters_.boots);
    json.add("panics", counters_.panics);
    json.add("watchdogs", counters_.watchdogs);
    json.add("brownOuts", counters_.brown_outs);
    json.add("rollbacks", counters_.rollbacks);
    json.add("rolledBack", rolled_back_);
    json.close();
}

}  // namespace peerlens
