// A sensor that takes what a test lets it take.
#pragma once

#include "camera/sensor_control.hpp"

namespace peerlens {

struct ScriptedSensor final : public SensorControl {
    std::string_view model() const override { return "OV2640"; }
    const CameraSettings& settings() const override { return now; }
    bool apply(const CameraSettings& wanted) override {
        ++attempts;
        if (works) {
            now = wanted;
        }
        return works;
    }

    CameraSettings now;
    bool works = true;
    int attempts = 0;
};

}  // namespace peerlens
