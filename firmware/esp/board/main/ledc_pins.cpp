#include "ledc_pins.hpp"

#include <driver/gpio.h>
#include <esp_attr.h>
#include <esp_log.h>
#include <hal/gpio_ll.h>
#include <hal/ledc_ll.h>

#include "control_board.hpp"

namespace peerlens {
namespace {

// Channels of the high-speed group change at the end of a period by themselves, without a glitch.
constexpr ledc_mode_t kGroup = LEDC_HIGH_SPEED_MODE;
constexpr ledc_timer_t kServoTimer = LEDC_TIMER_0;
constexpr ledc_timer_t kBridgeTimer = LEDC_TIMER_1;
constexpr std::uint32_t kServoHz = 50;
constexpr ledc_timer_bit_t kServoBits = LEDC_TIMER_16_BIT;
constexpr ledc_timer_bit_t kBridgeBits = LEDC_TIMER_10_BIT;  // up to 78 kHz of an 80 MHz clock

// To the nearest 0.3 us.
constexpr std::uint32_t servo_duty(std::uint32_t pulse_us) {
    constexpr std::uint32_t kPeriodUs = 1'000'000 / kServoHz;
    return ((pulse_us << kServoBits) + kPeriodUs / 2) / kPeriodUs;
}

constexpr std::uint32_t bridge_duty(std::uint32_t duty) {
    return (duty << kBridgeBits) / kFullDuty;
}

static_assert(servo_duty(1500) == 4915 && servo_duty(0) == 0);
static_assert(bridge_duty(kFullDuty) == 1024, "all of the period");

void start_timer(ledc_timer_t timer, ledc_timer_bit_t bits, std::uint32_t hertz) {
    ledc_timer_config_t config{};
    config.speed_mode = kGroup;
    config.timer_num = timer;
    config.duty_resolution = bits;
    config.freq_hz = hertz;
    config.clk_cfg = LEDC_USE_APB_CLK;
    const esp_err_t failed = ledc_timer_config(&config);
    if (failed != ESP_OK) {
        ESP_LOGE("pins", "no pulses of %u Hz: %s", static_cast<unsigned>(hertz),
                 esp_err_to_name(failed));
    }
}

void set_level(int pin, bool high) {
    gpio_set_level(static_cast<gpio_num_t>(pin), high ? 1 : 0);
}

// As ledc_set_duty and ledc_update_duty, but of inline functions only.
[[gnu::always_inline]] inline void set_now(ledc_channel_t channel, std::uint32_t duty) {
    ledc_dev_t* hardware = LEDC_LL_GET_HW();
    ledc_ll_set_duty_int_part(hardware, kGroup, channel, duty);
    ledc_ll_set_duty_direction(hardware, kGroup, channel, LEDC_DUTY_DIR_INCREASE);
    ledc_ll_set_duty_num(hardware, kGroup, channel, 1);
    ledc_ll_set_duty_cycle(hardware, kGroup, channel, 1);
    ledc_ll_set_duty_scale(hardware, kGroup, channel, 0);
    ledc_ll_set_sig_out_en(hardware, kGroup, channel, true);
    ledc_ll_set_duty_start(hardware, kGroup, channel);
}

}  // namespace

LedcPins::LedcPins(const MotorSettings& motor, bool has_pan, bool has_tilt)
    : bridge_hz_(motor.frequency_hz),
      steering_{LEDC_CHANNEL_0, PEERLENS_PIN_STEERING, 0, 0},
      esc_{LEDC_CHANNEL_1, kHasEsc ? PEERLENS_PIN_ESC : -1, 0, 0},
      forward_{LEDC_CHANNEL_2, kHasBridge ? PEERLENS_PIN_FORWARD : -1, 0, 0},
      reverse_{LEDC_CHANNEL_3, kHasBridge ? PEERLENS_PIN_REVERSE : -1, 0, 0},
      pan_{LEDC_CHANNEL_4, has_pan ? PEERLENS_PIN_PAN : -1, 0, 0},
      tilt_{LEDC_CHANNEL_5, has_tilt ? PEERLENS_PIN_TILT : -1, 0, 0} {}

void LedcPins::begin(const MotionLevels& neutral) {
    start_timer(kServoTimer, kServoBits, kServoHz);
    start(steering_, kServoTimer, servo_duty(neutral.steering_us));
    start(esc_, kServoTimer, servo_duty(neutral.esc_us));
    start(pan_, kServoTimer, 0);
    start(tilt_, kServoTimer, 0);
    if (kHasBridge) {
        start_timer(kBridgeTimer, kBridgeBits, bridge_hz_);
        start(forward_, kBridgeTimer, bridge_duty(neutral.forward_duty));
        start(reverse_, kBridgeTimer, bridge_duty(neutral.reverse_duty));
        set_level(PEERLENS_PIN_ENABLE, true);
    }
}

void LedcPins::start(Channel& channel, ledc_timer_t timer, std::uint32_t duty) {
    channel.duty = duty;
    channel.neutral = duty;
    if (channel.pin < 0) {
        return;
    }
    ledc_channel_config_t config{};
    config.gpio_num = channel.pin;
    config.speed_mode = kGroup;
    config.channel = channel.number;
    config.timer_sel = timer;
    config.duty = duty;
    const esp_err_t failed = ledc_channel_config(&config);
    if (failed != ESP_OK) {
        ESP_LOGE("pins", "pin %d: %s", channel.pin, esp_err_to_name(failed));
    }
}

void LedcPins::write(const PinLevels& levels, const Outputs&) {
    set(steering_, servo_duty(levels.motion.steering_us));
    set(esc_, servo_duty(levels.motion.esc_us));
    set(forward_, bridge_duty(levels.motion.forward_duty));
    set(reverse_, bridge_duty(levels.motion.reverse_duty));
    set(pan_, servo_duty(levels.pan_us));
    set(tilt_, servo_duty(levels.tilt_us));
    if (levels.motion.horn != horn_) {
        horn_ = levels.motion.horn;
        set_level(PEERLENS_PIN_HORN, horn_);
    }
    if (levels.lights != lights_) {
        lights_ = levels.lights;
        set_level(PEERLENS_PIN_LIGHTS, lights_);
    }
}

void LedcPins::set(Channel& channel, std::uint32_t duty) {
    if (channel.pin >= 0 && channel.duty != duty) {
        channel.duty = duty;
        set_now(channel.number, duty);
    }
}

// All of it is in RAM: flatten puts what is called into it, too.
IRAM_ATTR [[gnu::flatten]] void LedcPins::make_neutral(void* self) {
    LedcPins& pins = *static_cast<LedcPins*>(self);
    Channel* const channels[] = {&pins.steering_, &pins.esc_, &pins.forward_, &pins.reverse_};
    for (Channel* channel : channels) {
        if (channel->pin >= 0) {
            channel->duty = channel->neutral;
            set_now(channel->number, channel->neutral);
        }
    }
    pins.horn_ = false;
    gpio_ll_set_level(GPIO_LL_GET_HW(GPIO_PORT_0), PEERLENS_PIN_HORN, 0);
}

}  // namespace peerlens
