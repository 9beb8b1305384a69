// Counters that outlast a boot in a test.
#pragma once

#include <optional>

#include "status/boot_counters.hpp"

namespace peerlens {

class MemoryCounters final : public CounterStore {
public:
    bool load(BootCounters& counters) override {
        if (kept) {
            counters = *kept;
        }
        return kept.has_value();
    }
    bool save(const BootCounters& counters) override {
        ++writes;
        if (fails) {
            return false;
        }
        kept = counters;
        return true;
    }

    std::optional<BootCounters> kept;
    bool fails = false;
    int writes = 0;
};

}  // namespace peerlens
