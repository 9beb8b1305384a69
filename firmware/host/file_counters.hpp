// A twin's counters of boots, and why it boots.
#pragma once

#include "host/state_folder.hpp"
#include "status/boot_counters.hpp"

namespace peerlens {

class FileCounters final : public CounterStore {
public:
    explicit FileCounters(const StateFolder& folder) : folder_(folder) {}

    bool load(BootCounters& counters) override;
    bool save(const BootCounters& counters) override;

    // Why the next boot will have been, unless the power goes before: whoever reboots says it.
    void will_reset(ResetReason reason);
    // Why this boot was; call it once. Without a word about it the power had gone.
    ResetReason take_reason();

private:
    const StateFolder& folder_;
};

}  // namespace peerlens
