// The twin's pins: one line on stdout for each change.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>

#include "drive/outputs.hpp"
#include "standard_output.hpp"
#include "drive/watchdog.hpp"

namespace peerlens {

// The loop sets it, and another thread makes it neutral when the watchdog trips; each excludes the
// other. A line that could not be written is written, as it is by then, at the next set().
class PrintedOutputs {
public:
    PrintedOutputs(StandardOutput& output, Watchdog& watchdog)
        : output_(output), watchdog_(watchdog) {}

    // From the loop. Nothing is done while the watchdog is tripped.
    void set(const Outputs& outputs);
    // From apart from the loop: make everything neutral if the loop hangs.
    void guard(std::uint32_t now);

private:
    void write(const Outputs& outputs);

    StandardOutput& output_;
    Watchdog& watchdog_;
    std::mutex mutex_;
    Outputs current_;
    std::array<char, 128> printed_{};
};

}  // namespace peerlens
