// The sensor, as the loop sees it.
#pragma once

#include <string_view>

#include "settings/settings.hpp"

namespace peerlens {

class SensorControl {
public:
    // As in its data sheet: OV2640.
    virtual std::string_view model() const = 0;
    // What it does now.
    virtual const CameraSettings& settings() const = 0;
    // Make it so, from the next pictures on. Returns false, and leaves all as it was, when the
    // sensor cannot: a size beyond what its buffers hold, no answer from it.
    virtual bool apply(const CameraSettings& settings) = 0;

protected:
    ~SensorControl() = default;
};

}  // namespace peerlens
