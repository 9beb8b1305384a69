// The hardware timer that stops the car when the loop hangs.
#pragma once

#include <driver/gptimer.h>

#include "drive/output_gate.hpp"

namespace peerlens {

// From start() on it checks `gate` every 5 ms, in an interrupt that runs also while flash is being
// written (CONFIG_GPTIMER_ISR_CACHE_SAFE). It must be in internal RAM, and so must the gate.
class HangTimer {
public:
    static constexpr std::uint32_t kPeriodUs = 5000;

    explicit HangTimer(OutputGate& gate) : gate_(gate) {}
    HangTimer(const HangTimer&) = delete;
    HangTimer& operator=(const HangTimer&) = delete;

    // Returns false, having logged why, when there is no timer: then the board must not drive.
    bool start();

private:
    static bool expired(gptimer_handle_t timer, const gptimer_alarm_event_data_t* event,
                        void* self);

    OutputGate& gate_;
    gptimer_handle_t timer_ = nullptr;
};

}  // namespace peerlens
