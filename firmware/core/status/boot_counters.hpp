// How often a device booted, and after what.
#pragma once

#include <cstdint>

#include "json/json_writer.hpp"
#include "status/reset_reason.hpp"

namespace peerlens {

// What outlasts a boot. All zero on a new device.
struct BootCounters {
    std::uint32_t boots = 0;
    std::uint32_t panics = 0;
    std::uint32_t watchdogs = 0;
    std::uint32_t brown_outs = 0;
    std::uint32_t rollbacks = 0;
    // An update was installed and is not confirmed yet.
    bool updating = false;
};

// Where they are kept: NVS on the chip, a file on the host.
class CounterStore {
public:
    // Returns false, and leaves `counters` alone, when there are none.
    virtual bool load(BootCounters& counters) = 0;
    virtual bool save(const BootCounters& counters) = 0;

protected:
    ~CounterStore() = default;
};

// The counters of a device while it runs. What cannot be saved is counted until the next boot.
class BootRecord {
public:
    explicit BootRecord(CounterStore& store) : store_(store) {}

    // Count this boot; call it once, first of all. `on_trial` says whether the program that runs
    // is on trial: when an update was installed and it is not, then it was rolled back.
    void booted(ResetReason reason, bool on_trial);
    // An update was installed, and is booted next.
    void installed();
    // The update was confirmed.
    void confirmed();

    ResetReason reason() const { return reason_; }
    // Whether this boot is the one after an update that failed.
    bool rolled_back() const { return rolled_back_; }
    const BootCounters& counters() const { return counters_; }

    // For `/status`: "reset":"power-on","boots":{"count":1,...}.
    void describe(JsonWriter& json) const;

private:
    void set_updating(bool updating);

    CounterStore& store_;
    BootCounters counters_;
    ResetReason reason_ = ResetReason::kUnknown;
    bool rolled_back_ = false;
};

}  // namespace peerlens
