#include "mcpwm_pins.hpp"

#include <driver/gpio.h>
#include <esp_attr.h>
#include <esp_log.h>
#include <hal/gpio_ll.h>

#include <algorithm>

#include "control_board.hpp"

namespace peerlens {
namespace {

// A tick of a servo's timer is a microsecond, of which there are 20,000 in a period.
constexpr std::uint32_t kServoTickHz = 1'000'000;
constexpr std::uint32_t kServoPeriod = 20'000;
// 200 steps at 20 kHz, 40,000 at 100 Hz; a period has at most 65,535.
constexpr std::uint32_t kBridgeTickHz = 4'000'000;

std::uint32_t bridge_period(std::uint32_t hertz) {
    return kBridgeTickHz / std::clamp<std::uint32_t>(hertz, 100, 40'000);
}

void set_level(int pin, bool high) {
    gpio_set_level(static_cast<gpio_num_t>(pin), high ? 1 : 0);
}

}  // namespace

McpwmPins::McpwmPins(const MotorSettings& motor, bool has_pan, bool has_tilt)
    : has_pan_(has_pan),
      has_tilt_(has_tilt),
      servo_timer_(0, kServoTickHz, kServoPeriod),
      bridge_timer_(1, kBridgeTickHz, bridge_period(motor.frequency_hz)) {}

McpwmPins::Ticks McpwmPins::ticks_of(const MotionLevels& motion) const {
    const std::uint32_t period = bridge_timer_.period_ticks();
    return {motion.steering_us, motion.esc_us, motion.forward_duty * period / kFullDuty,
            motion.reverse_duty * period / kFullDuty};
}

// What cannot be started stays low, which is neutral.
void McpwmPins::begin(const MotionLevels& neutral) {
    neutral_ = ticks_of(neutral);
    esp_err_t failed = start_servos();
    if (failed == ESP_OK && kHasBridge) {
        failed = start_bridge();
    }
    if (failed != ESP_OK) {
        ESP_LOGE("pins", "no pulses: %s", esp_err_to_name(failed));
    }
}

esp_err_t McpwmPins::start_servos() {
    mcpwm_oper_handle_t drive = nullptr;
    mcpwm_oper_handle_t camera = nullptr;
    esp_err_t failed = servo_timer_.start();
    failed = failed == ESP_OK ? make_operator(servo_timer_, drive) : failed;
    failed = failed == ESP_OK ? make_operator(servo_timer_, camera) : failed;
    failed = failed == ESP_OK ? steering_.start(drive, PEERLENS_PIN_STEERING, neutral_.steering)
                              : failed;
    if (failed == ESP_OK && kHasEsc) {
        failed = esc_.start(drive, PEERLENS_PIN_ESC, neutral_.esc);
    }
    if (failed == ESP_OK && has_pan_) {
        failed = pan_.start(camera, PEERLENS_PIN_PAN, 0);
    }
    if (failed == ESP_OK && has_tilt_) {
        failed = tilt_.start(camera, PEERLENS_PIN_TILT, 0);
    }
    return failed;
}

esp_err_t McpwmPins::start_bridge() {
    mcpwm_oper_handle_t bridge = nullptr;
    esp_err_t failed = bridge_timer_.start();
    failed = failed == ESP_OK ? make_operator(bridge_timer_, bridge) : failed;
    failed =
        failed == ESP_OK ? forward_.start(bridge, PEERLENS_PIN_FORWARD, neutral_.forward) : failed;
    failed =
        failed == ESP_OK ? reverse_.start(bridge, PEERLENS_PIN_REVERSE, neutral_.reverse) : failed;
    if (failed == ESP_OK) {
        set_level(PEERLENS_PIN_ENABLE, true);
    }
    return failed;
}

void McpwmPins::write(const PinLevels& levels, const Outputs&) {
    const Ticks ticks = ticks_of(levels.motion);
    steering_.set(ticks.steering);
    esc_.set(ticks.esc);
    forward_.set(ticks.forward);
    reverse_.set(ticks.reverse);
    pan_.set(levels.pan_us);
    tilt_.set(levels.tilt_us);
    if (levels.motion.horn != horn_) {
        horn_ = levels.motion.horn;
        set_level(PEERLENS_PIN_HORN, horn_);
    }
    if (levels.lights != lights_) {
        lights_ = levels.lights;
        set_level(PEERLENS_PIN_LIGHTS, lights_);
    }
}

// In RAM with all that it calls: flatten puts inline functions into it, and ESP-IDF the one of
// MCPWM beside it.
IRAM_ATTR [[gnu::flatten]] void McpwmPins::make_neutral(void* self) {
    McpwmPins& pins = *static_cast<McpwmPins*>(self);
    pins.steering_.force(pins.neutral_.steering);
    pins.esc_.force(pins.neutral_.esc);
    pins.forward_.force(pins.neutral_.forward);
    pins.reverse_.force(pins.neutral_.reverse);
    pins.horn_ = false;
    gpio_ll_set_level(GPIO_LL_GET_HW(GPIO_PORT_0), PEERLENS_PIN_HORN, 0);
}

}  // namespace peerlens
