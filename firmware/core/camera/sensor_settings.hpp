// What can be set of a camera's sensor while it runs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "camera/frame_size.hpp"

namespace peerlens {

// As the ESP32's camera driver has them: a lower `quality` is a better picture.
struct SensorSettings {
    FrameSize frame_size = FrameSize::kVga;
    std::int16_t quality = 12;
    std::int16_t fps = 25;
    std::int16_t hmirror = 0;
    std::int16_t vflip = 0;
    std::int16_t brightness = 0;
    std::int16_t contrast = 0;
    std::int16_t saturation = 0;
    std::int16_t ae_level = 0;
};

// One of the numbers, with the bounds of its value, both inclusive.
struct SensorNumber {
    std::string_view name;
    std::int16_t SensorSettings::*member;
    std::int16_t at_least;
    std::int16_t at_most;
};

constexpr std::array<SensorNumber, 8> kSensorNumbers{{
    {"quality", &SensorSettings::quality, 4, 63},
    {"fps", &SensorSettings::fps, 1, 60},
    {"hmirror", &SensorSettings::hmirror, 0, 1},
    {"vflip", &SensorSettings::vflip, 0, 1},
    {"brightness", &SensorSettings::brightness, -2, 2},
    {"contrast", &SensorSettings::contrast, -2, 2},
    {"saturation", &SensorSettings::saturation, -2, 2},
    {"ae_level", &SensorSettings::ae_level, -2, 2},
}};

// The sensor, as the loop sees it.
class SensorControl {
public:
    // As in its data sheet: OV2640.
    virtual std::string_view model() const = 0;
    virtual SensorSettings settings() const = 0;
    // Make it so, from the next picture or the one after it. Returns false, and leaves all as it
    // was, when the sensor cannot: a size beyond what its buffers hold, or no answer.
    virtual bool apply(const SensorSettings& settings) = 0;

protected:
    ~SensorControl() = default;
};

}  // namespace peerlens
