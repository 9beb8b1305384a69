// What /status says of the camera.
#pragma once

#include <cstdint>

#include "camera/frame_store.hpp"
#include "camera/sensor_control.hpp"
#include "camera/stream_handler.hpp"
#include "http/status_handler.hpp"

namespace peerlens {

class CameraStatus final : public StatusPart {
public:
    CameraStatus(const FrameStore& frames, const SensorControl& sensor,
                 const StreamHandler& streams)
        : frames_(frames), sensor_(sensor), streams_(streams) {}

    // At least once in a second, to measure the frame rate.
    void tick(std::uint32_t now);
    void write(JsonWriter& json, std::uint32_t now) override;

private:
    static constexpr std::uint32_t kMeasureMs = 2'000;

    const FrameStore& frames_;
    const SensorControl& sensor_;
    const StreamHandler& streams_;
    std::uint32_t measured_at_ = 0;
    std::uint32_t measured_sequence_ = 0;
    double measured_fps_ = 0.0;
};

}  // namespace peerlens
