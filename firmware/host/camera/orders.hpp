// What the loop tells the capture thread.
#pragma once

#include <mutex>

#include "fault.hpp"
#include "settings/settings.hpp"

namespace peerlens {

// For all threads.
class Orders {
public:
    Orders(const CameraSettings& camera, Fault fault) : camera_(camera), fault_(fault) {}

    CameraSettings camera() const {
        const std::lock_guard lock(mutex_);
        return camera_;
    }
    Fault fault() const {
        const std::lock_guard lock(mutex_);
        return fault_;
    }
    void set(const CameraSettings& camera) {
        const std::lock_guard lock(mutex_);
        camera_ = camera;
    }
    void set(Fault fault) {
        const std::lock_guard lock(mutex_);
        fault_ = fault;
    }

private:
    mutable std::mutex mutex_;
    CameraSettings camera_;
    Fault fault_;
};

}  // namespace peerlens
