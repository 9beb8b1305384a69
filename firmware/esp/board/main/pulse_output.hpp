// Pins that give pulses.
#pragma once

#include <driver/mcpwm_prelude.h>

#include <cstdint>

namespace peerlens {

// A timer of the MCPWM peripheral that gives the period of some outputs.
class PulseTimer {
public:
    // `group`: 0 or 1; `tick_hz` ticks in a second, `period_ticks` of them in a period.
    PulseTimer(int group, std::uint32_t tick_hz, std::uint32_t period_ticks)
        : group_(group), tick_hz_(tick_hz), period_ticks_(period_ticks) {}

    esp_err_t start();

    int group() const { return group_; }
    std::uint32_t period_ticks() const { return period_ticks_; }
    mcpwm_timer_handle_t handle() const { return handle_; }

private:
    const int group_;
    const std::uint32_t tick_hz_;
    const std::uint32_t period_ticks_;
    mcpwm_timer_handle_t handle_ = nullptr;
};

// One pin; high from the beginning of each period for as long as it is told. What it is told counts
// from the next period on, so that no pulse is cut. MCPWM and not LEDC: there an ESP32 has to wait
// for the end of the period before each change but the first.
class PulseOutput {
public:
    // At most two outputs for each operator, three operators for each group.
    esp_err_t start(mcpwm_oper_handle_t on, int pin, std::uint32_t ticks);

    // In the loop. Returns at once; nothing happens when the pin is not there, or has that.
    void set(std::uint32_t ticks) {
        if (ticks != ticks_) {
            force(ticks);
        }
    }
    // In an interrupt, too: what is called is in RAM (CONFIG_MCPWM_CTRL_FUNC_IN_IRAM).
    [[gnu::always_inline]] void force(std::uint32_t ticks) {
        if (comparator_ != nullptr) {
            ticks_ = ticks;
            mcpwm_comparator_set_compare_value(comparator_, ticks);
        }
    }

private:
    mcpwm_cmpr_handle_t comparator_ = nullptr;
    volatile std::uint32_t ticks_ = 0;
};

// The two outputs that one operator can have.
esp_err_t make_operator(const PulseTimer& timer, mcpwm_oper_handle_t& made);

}  // namespace peerlens
