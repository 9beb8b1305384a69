// The twin's pins: one line on stdout for each change.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>

#include "device/pins.hpp"
#include "drive/output_gate.hpp"
#include "host/standard_output.hpp"

namespace peerlens {

// The loop writes, and the guard's thread makes it neutral when the loop hangs. A line cannot be
// taken back as a pin's level can, so here each excludes the other. A line that could not be
// written is written, as it is by then, at the next write().
class PrintedPins final : public Pins {
public:
    // `levels` are printed as well if `prints_levels`.
    PrintedPins(StandardOutput& output, bool prints_levels)
        : output_(output), prints_levels_(prints_levels) {}

    // What must be open for the loop to write; to be set before the guard's thread runs.
    void behind(const OutputGate& gate) { gate_ = &gate; }

    void begin(const MotionLevels& neutral) override { neutral_ = neutral; }
    void write(const PinLevels& levels, const Outputs& outputs) override;
    // For the gate: `pins` is one of these. On the host nothing keeps an interrupt waiting, so it
    // may take a lock.
    static void make_neutral(void* pins);

private:
    void print(const PinLevels& levels, const Outputs& outputs);

    StandardOutput& output_;
    const bool prints_levels_;
    const OutputGate* gate_ = nullptr;
    std::mutex mutex_;
    MotionLevels neutral_;
    PinLevels levels_;
    Outputs outputs_;
    std::array<char, 128> printed_{};
    std::array<char, 128> printed_levels_{};
};

}  // namespace peerlens
