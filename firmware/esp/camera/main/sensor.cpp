#include "sensor.hpp"

#include <esp_log.h>
#include <esp_timer.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>

#include "camera_board.hpp"

namespace peerlens {
namespace {

constexpr const char* kTag = "sensor";

framesize_t driver_size(FrameSize size) {
    switch (size) {
        case FrameSize::kQvga: return FRAMESIZE_QVGA;
        case FrameSize::kCif: return FRAMESIZE_CIF;
        case FrameSize::kHvga: return FRAMESIZE_HVGA;
        case FrameSize::kVga: return FRAMESIZE_VGA;
        case FrameSize::kSvga: return FRAMESIZE_SVGA;
        case FrameSize::kXga: return FRAMESIZE_XGA;
        case FrameSize::kHd: return FRAMESIZE_HD;
        case FrameSize::kSxga: return FRAMESIZE_SXGA;
        case FrameSize::kUxga: return FRAMESIZE_UXGA;
    }
    return FRAMESIZE_VGA;
}

camera_config_t driver_config(const CameraSettings& settings) {
    camera_config_t config{};
    config.pin_pwdn = kPins.power_down;
    config.pin_reset = kPins.reset;
    config.pin_xclk = kPins.xclk;
    config.pin_sccb_sda = kPins.sda;
    config.pin_sccb_scl = kPins.scl;
    config.pin_d0 = kPins.d0;
    config.pin_d1 = kPins.d1;
    config.pin_d2 = kPins.d2;
    config.pin_d3 = kPins.d3;
    config.pin_d4 = kPins.d4;
    config.pin_d5 = kPins.d5;
    config.pin_d6 = kPins.d6;
    config.pin_d7 = kPins.d7;
    config.pin_vsync = kPins.vsync;
    config.pin_href = kPins.href;
    config.pin_pclk = kPins.pclk;
    config.xclk_freq_hz = static_cast<int>(settings.xclk_mhz) * 1'000'000;
    config.ledc_timer = LEDC_TIMER_0;
    config.ledc_channel = LEDC_CHANNEL_0;
    config.pixel_format = PIXFORMAT_JPEG;
    // Buffers are made for the largest picture, so that the size can change while it runs.
    config.frame_size = FRAMESIZE_UXGA;
    config.jpeg_quality = static_cast<int>(settings.quality);
    config.fb_count = 2;
    config.fb_location = CAMERA_FB_IN_PSRAM;
    config.grab_mode = CAMERA_GRAB_LATEST;
    return config;
}

}  // namespace

bool Sensor::start(const CameraSettings& settings) {
    const camera_config_t config = driver_config(settings);
    const esp_err_t failed = esp_camera_init(&config);
    if (failed != ESP_OK) {
        ESP_LOGE(kTag, "no sensor: %s. Is its cable in, is the board the right one?",
                 esp_err_to_name(failed));
        settings_ = settings;
        return false;
    }
    started_ = true;
    sensor_t* sensor = esp_camera_sensor_get();
    const camera_sensor_info_t* info = esp_camera_sensor_get_info(&sensor->id);
    model_ = info != nullptr ? info->name : "unknown";
    ESP_LOGI(kTag, "%s, XCLK %d MHz", model_, config.xclk_freq_hz / 1'000'000);
    return apply(settings);
}

CapturedFrame Sensor::next(std::uint32_t timeout_ms) {
    give_back();
    const std::int64_t until_us = esp_timer_get_time() + std::int64_t{timeout_ms} * 1000;
    while (esp_timer_get_time() < until_us) {
        // The driver itself waits for 4 s, which is too long for a watchdog.
        if (!started_ || !esp_camera_available_frames()) {
            vTaskDelay(1);
            continue;
        }
        frame_ = esp_camera_fb_get();
        if (frame_ == nullptr) {
            continue;
        }
        const std::uint64_t captured_us =
            static_cast<std::uint64_t>(frame_->timestamp.tv_sec) * 1'000'000 +
            static_cast<std::uint64_t>(frame_->timestamp.tv_usec);
        if (is_too_early(captured_us)) {
            give_back();
            continue;
        }
        return {{reinterpret_cast<const char*>(frame_->buf), frame_->len}, captured_us};
    }
    return {};
}

// Pictures come at the sensor's own rate; those beyond the one that is set are left out. Half a
// picture's time is no reason to leave one out.
bool Sensor::is_too_early(std::uint64_t captured_us) {
    const std::uint64_t period_us = 1'000'000 / fps_;
    if (captured_us + period_us / 2 < due_us_) {
        return true;
    }
    const bool late = captured_us > due_us_ + period_us;
    due_us_ = (late ? captured_us : due_us_) + period_us;
    return false;
}

void Sensor::give_back() {
    if (frame_ != nullptr) {
        esp_camera_fb_return(frame_);
    }
    frame_ = nullptr;
}

bool Sensor::apply(const CameraSettings& settings) {
    if (!started_) {
        return false;
    }
    const camera_sensor_info_t* info = esp_camera_sensor_get_info(&esp_camera_sensor_get()->id);
    if (info != nullptr && driver_size(settings.frame_size) > info->max_size) {
        return false;
    }
    if (!put(settings)) {
        ESP_LOGE(kTag, "the sensor did not take its settings");
        put(settings_);
        return false;
    }
    fps_ = settings.fps > 0 ? settings.fps : 1;
    settings_ = settings;
    return true;
}

bool Sensor::put(const CameraSettings& settings) {
    sensor_t* sensor = esp_camera_sensor_get();
    const auto set = [sensor](int (*one)(sensor_t*, int), int value) {
        return one != nullptr && one(sensor, value) == 0;
    };
    return sensor->set_framesize(sensor, driver_size(settings.frame_size)) == 0 &&
           set(sensor->set_quality, static_cast<int>(settings.quality)) &&
           set(sensor->set_hmirror, settings.hmirror) && set(sensor->set_vflip, settings.vflip);
}

}  // namespace peerlens
