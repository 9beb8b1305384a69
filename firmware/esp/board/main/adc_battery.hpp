// The pin that measures the battery.
#pragma once

#include <esp_adc/adc_cali.h>
#include <esp_adc/adc_oneshot.h>

#include "device/battery_sensor.hpp"

namespace peerlens {

class AdcBattery final : public BatterySensor {
public:
    // Returns false, having logged why, when the pin cannot be measured.
    bool start();

    // About 0.15 V to 2.45 V, by the chip's own calibration; the mean of a few readings.
    std::optional<double> pin_mv() override;

private:
    static constexpr int kReadings = 8;

    adc_oneshot_unit_handle_t unit_ = nullptr;
    adc_channel_t channel_ = ADC_CHANNEL_0;
    adc_cali_handle_t calibration_ = nullptr;
};

}  // namespace peerlens
