#include "camera/camera_status.hpp"

#include "settings/frame_size.hpp"

namespace peerlens {

void CameraStatus::tick(std::uint32_t now) {
    const std::uint32_t passed_ms = now - measured_at_;
    if (passed_ms < kMeasureMs) {
        return;
    }
    const std::uint32_t sequence = frames_.sequence();
    // Tenths: more digits would only be noise.
    const std::uint64_t tenths =
        (std::uint64_t{sequence - measured_sequence_} * 10'000 + passed_ms / 2) / passed_ms;
    measured_fps_ = static_cast<double>(tenths) / 10.0;
    measured_at_ = now;
    measured_sequence_ = sequence;
}

void CameraStatus::write(JsonWriter& json, std::uint32_t) {
    const CameraSettings& settings = sensor_.settings();
    const FrameDimensions& dimensions = dimensions_of(settings.frame_size);
    json.add("sensor", sensor_.model());
    json.add("framesize", dimensions.name);
    json.add("width", std::uint32_t{dimensions.width});
    json.add("height", std::uint32_t{dimensions.height});
    json.add("quality", settings.quality);
    json.add("fps", settings.fps);
    json.add("hmirror", settings.hmirror);
    json.add("vflip", settings.vflip);
    json.add("measured_fps", measured_fps_);
    json.add("streams", static_cast<std::uint32_t>(streams_.streams()));
    json.add("frames", frames_.sequence());
    json.add("frames_refused", frames_.refused());
}

}  // namespace peerlens
