/* Which pins of an ESP32 DevKit a car hangs on. C, for the bootloader sets them as well.
 *
 * None of them is a strapping pin (0, 2, 5, 12, 15), belongs to the flash (6 to 11) or gives
 * pulses while the chip boots (1, 3, 14). All of them float until the bootloader runs, some 50 ms
 * after power-on: each output that moves the car wants a resistor of 10 kOhm to ground.
 */
#pragma once

#define PEERLENS_PIN_STEERING 18
#define PEERLENS_PIN_ESC 19
#define PEERLENS_PIN_PAN 21
#define PEERLENS_PIN_TILT 22
/* The two inputs of an H-bridge, and its enable: DRV8833 nSLEEP, TB6612 STBY, L298N ENA. */
#define PEERLENS_PIN_FORWARD 25
#define PEERLENS_PIN_REVERSE 26
#define PEERLENS_PIN_ENABLE 27
#define PEERLENS_PIN_LIGHTS 32
#define PEERLENS_PIN_HORN 33
/* Of ADC 1, the only one that works beside Wi-Fi; an input without a pull-up. */
#define PEERLENS_PIN_BATTERY 34
/* BOOT, low while it is held. */
#define PEERLENS_PIN_BUTTON 0

/* All outputs; low is neutral for each: no pulse, no duty, asleep. */
#define PEERLENS_OUTPUT_PINS                                                                  \
    {PEERLENS_PIN_STEERING, PEERLENS_PIN_ESC, PEERLENS_PIN_PAN, PEERLENS_PIN_TILT,            \
     PEERLENS_PIN_FORWARD, PEERLENS_PIN_REVERSE, PEERLENS_PIN_ENABLE, PEERLENS_PIN_LIGHTS,    \
     PEERLENS_PIN_HORN}
