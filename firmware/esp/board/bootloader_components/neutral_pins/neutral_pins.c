/* The first thing that the chip does by itself: hold all outputs low, in the bootloader. They
 * stay so until the program, some 300 ms later, gives them what is neutral for each. */
#include "devkit_pins.h"
#include "esp_rom_gpio.h"
#include "hal/gpio_ll.h"

/* ESP-IDF links hooks only if this is there. */
void bootloader_hooks_include(void) {}

void bootloader_before_init(void) {
    static const uint8_t pins[] = PEERLENS_OUTPUT_PINS;
    for (unsigned i = 0; i < sizeof pins; ++i) {
        esp_rom_gpio_pad_select_gpio(pins[i]);
        gpio_ll_set_level(&GPIO, pins[i], 0);
        esp_rom_gpio_connect_out_signal(pins[i], SIG_GPIO_OUT_IDX, false, false);
        gpio_ll_output_enable(&GPIO, pins[i]);
    }
}
