#include "pulse_output.hpp"

namespace peerlens {

esp_err_t PulseTimer::start() {
    mcpwm_timer_config_t config{};
    config.group_id = group_;
    config.clk_src = MCPWM_TIMER_CLK_SRC_DEFAULT;
    config.resolution_hz = tick_hz_;
    config.count_mode = MCPWM_TIMER_COUNT_MODE_UP;
    config.period_ticks = period_ticks_;
    esp_err_t failed = mcpwm_new_timer(&config, &handle_);
    failed = failed == ESP_OK ? mcpwm_timer_enable(handle_) : failed;
    return failed == ESP_OK ? mcpwm_timer_start_stop(handle_, MCPWM_TIMER_START_NO_STOP) : failed;
}

esp_err_t make_operator(const PulseTimer& timer, mcpwm_oper_handle_t& made) {
    mcpwm_operator_config_t config{};
    config.group_id = timer.group();
    const esp_err_t failed = mcpwm_new_operator(&config, &made);
    return failed == ESP_OK ? mcpwm_operator_connect_timer(made, timer.handle()) : failed;
}

// Where the compare value is 0, both events come at once, and the compare event wins: the pin
// stays low. Where it is the whole period it never comes: the pin stays high.
esp_err_t PulseOutput::start(mcpwm_oper_handle_t on, int pin, std::uint32_t ticks) {
    mcpwm_comparator_config_t compare{};
    compare.flags.update_cmp_on_tez = true;
    mcpwm_cmpr_handle_t comparator = nullptr;
    esp_err_t failed = mcpwm_new_comparator(on, &compare, &comparator);
    failed = failed == ESP_OK ? mcpwm_comparator_set_compare_value(comparator, ticks) : failed;

    mcpwm_generator_config_t config{};
    config.gen_gpio_num = pin;
    mcpwm_gen_handle_t generator = nullptr;
    failed = failed == ESP_OK ? mcpwm_new_generator(on, &config, &generator) : failed;
    mcpwm_gen_timer_event_action_t begins{};
    begins.direction = MCPWM_TIMER_DIRECTION_UP;
    begins.event = MCPWM_TIMER_EVENT_EMPTY;
    begins.action = MCPWM_GEN_ACTION_HIGH;
    failed =
        failed == ESP_OK ? mcpwm_generator_set_action_on_timer_event(generator, begins) : failed;
    mcpwm_gen_compare_event_action_t ends{};
    ends.direction = MCPWM_TIMER_DIRECTION_UP;
    ends.comparator = comparator;
    ends.action = MCPWM_GEN_ACTION_LOW;
    failed =
        failed == ESP_OK ? mcpwm_generator_set_action_on_compare_event(generator, ends) : failed;
    if (failed == ESP_OK) {
        comparator_ = comparator;
        ticks_ = ticks;
    }
    return failed;
}

}  // namespace peerlens
