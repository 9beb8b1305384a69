#include "hang_timer.hpp"

#include <esp_attr.h>
#include <esp_log.h>

#include "chip_clock.hpp"

namespace peerlens {

bool HangTimer::start() {
    gptimer_config_t config{};
    config.clk_src = GPTIMER_CLK_SRC_DEFAULT;
    config.direction = GPTIMER_COUNT_UP;
    config.resolution_hz = 1'000'000;
    gptimer_alarm_config_t alarm{};
    alarm.alarm_count = kPeriodUs;
    alarm.flags.auto_reload_on_alarm = true;
    gptimer_event_callbacks_t callbacks{};
    callbacks.on_alarm = expired;
    esp_err_t failed = gptimer_new_timer(&config, &timer_);
    failed = failed == ESP_OK ? gptimer_set_alarm_action(timer_, &alarm) : failed;
    failed = failed == ESP_OK ? gptimer_register_event_callbacks(timer_, &callbacks, this) : failed;
    failed = failed == ESP_OK ? gptimer_enable(timer_) : failed;
    failed = failed == ESP_OK ? gptimer_start(timer_) : failed;
    if (failed != ESP_OK) {
        ESP_LOGE("timer", "nothing would stop a car whose loop hangs: %s", esp_err_to_name(failed));
    }
    return failed == ESP_OK;
}

// Returns whether a task of a higher priority was woken: none was.
IRAM_ATTR [[gnu::flatten]] bool HangTimer::expired(gptimer_handle_t,
                                                   const gptimer_alarm_event_data_t*, void* self) {
    static_cast<HangTimer*>(self)->gate_.check(ChipClock::milliseconds());
    return false;
}

}  // namespace peerlens
