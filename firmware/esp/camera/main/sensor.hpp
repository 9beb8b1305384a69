// The sensor and its driver.
#pragma once

#include <esp_camera.h>

#include <atomic>

#include "camera/frame_source.hpp"
#include "camera/sensor_control.hpp"

namespace peerlens {

// The driver has two buffers in PSRAM, and gives the newest picture. FrameSource is for the
// capture task, all else for the loop.
class Sensor final : public FrameSource, public SensorControl {
public:
    // Start the driver. Returns false, having logged why, when no sensor answers; then there are
    // no pictures, and all else works.
    bool start(const CameraSettings& settings);

    CapturedFrame next(std::uint32_t timeout_ms) override;

    std::string_view model() const override { return model_; }
    const CameraSettings& settings() const override { return settings_; }
    // The clock, xclk_mhz, is taken at the next boot: the driver cannot change it while it runs.
    bool apply(const CameraSettings& settings) override;

private:
    bool put(const CameraSettings& settings);
    void give_back();
    bool is_too_early(std::uint64_t captured_us);

    bool started_ = false;
    const char* model_ = "none";
    CameraSettings settings_;

    // Of the capture task.
    camera_fb_t* frame_ = nullptr;
    std::uint64_t due_us_ = 0;
    std::atomic<std::uint32_t> fps_{25};
};

}  // namespace peerlens
