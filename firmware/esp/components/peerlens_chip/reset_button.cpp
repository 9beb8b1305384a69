#include "reset_button.hpp"

#include <driver/gpio.h>

namespace peerlens {

ResetButton::ResetButton(int pin) : pin_(pin) {
    gpio_config_t config{};
    config.pin_bit_mask = std::uint64_t{1} << pin;
    config.mode = GPIO_MODE_INPUT;
    config.pull_up_en = GPIO_PULLUP_ENABLE;
    gpio_config(&config);
}

bool ResetButton::was_held(std::uint32_t now) {
    if (gpio_get_level(static_cast<gpio_num_t>(pin_)) != 0) {
        held_ = false;
        told_ = false;
        return false;
    }
    if (!held_) {
        held_ = true;
        since_ = now;
    }
    const bool is_long = now - since_ >= kHoldMs;
    const bool tells = is_long && !told_;
    told_ = told_ || is_long;
    return tells;
}

}  // namespace peerlens
