#include "adc_battery.hpp"

#include <esp_adc/adc_cali_scheme.h>
#include <esp_log.h>

#include "control_board.hpp"

namespace peerlens {

bool AdcBattery::start() {
    adc_unit_t unit = ADC_UNIT_1;
    esp_err_t failed = adc_oneshot_io_to_channel(PEERLENS_PIN_BATTERY, &unit, &channel_);
    if (failed == ESP_OK) {
        adc_oneshot_unit_init_cfg_t config{};
        config.unit_id = unit;
        failed = adc_oneshot_new_unit(&config, &unit_);
    }
    if (failed == ESP_OK) {
        adc_oneshot_chan_cfg_t config{};
        config.atten = ADC_ATTEN_DB_12;
        config.bitwidth = ADC_BITWIDTH_DEFAULT;
        failed = adc_oneshot_config_channel(unit_, channel_, &config);
    }
    if (failed == ESP_OK) {
        adc_cali_line_fitting_config_t config{};
        config.unit_id = unit;
        config.atten = ADC_ATTEN_DB_12;
        config.bitwidth = ADC_BITWIDTH_DEFAULT;
        config.default_vref = 1100;  // of a chip that was never calibrated
        failed = adc_cali_create_scheme_line_fitting(&config, &calibration_);
    }
    if (failed != ESP_OK) {
        ESP_LOGE("battery", "not measured: %s", esp_err_to_name(failed));
        calibration_ = nullptr;
    }
    return failed == ESP_OK;
}

std::optional<double> AdcBattery::pin_mv() {
    if (calibration_ == nullptr) {
        return std::nullopt;
    }
    int sum_mv = 0;
    for (int i = 0; i < kReadings; ++i) {
        int mv = 0;
        if (adc_oneshot_get_calibrated_result(unit_, calibration_, channel_, &mv) != ESP_OK) {
            return std::nullopt;
        }
        sum_mv += mv;
    }
    return static_cast<double>(sum_mv) / kReadings;
}

}  // namespace peerlens
