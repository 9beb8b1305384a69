// The counters of boots in NVS.
#pragma once

#include "status/boot_counters.hpp"

namespace peerlens {

// A factory reset leaves them alone.
class NvsCounters final : public CounterStore {
public:
    bool load(BootCounters& counters) override;
    bool save(const BootCounters& counters) override;
};

}  // namespace peerlens
