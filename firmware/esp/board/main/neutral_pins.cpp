#include "neutral_pins.hpp"

#include <driver/gpio.h>

#include <cstdint>

#include "control_board.hpp"

namespace peerlens {

[[gnu::constructor(101)]] void hold_pins_neutral() {
    constexpr std::uint8_t kPins[] = PEERLENS_OUTPUT_PINS;
    for (const std::uint8_t pin : kPins) {
        const auto number = static_cast<gpio_num_t>(pin);
        gpio_set_level(number, 0);
        gpio_set_direction(number, GPIO_MODE_OUTPUT);
    }
}

}  // namespace peerlens
