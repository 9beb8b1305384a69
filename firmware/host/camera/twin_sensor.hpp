// The twin's sensor: the scene or a folder, at a steady rate, with faults.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "camera/frame_source.hpp"
#include "camera/sensor_control.hpp"
#include "fault.hpp"
#include "impairment.hpp"
#include "pictures.hpp"

namespace peerlens {

// next() is for the capture thread, the rest for the loop.
class TwinSensor final : public FrameSource, public SensorControl {
public:
    // How far ahead the clock is while the fault is kClockJump.
    static constexpr std::uint64_t kJumpUs = 3'600'000'000;

    // The boot was `boot_ms` ago.
    TwinSensor(Pictures& pictures, const CameraSettings& settings, std::uint32_t boot_ms);

    // FrameSource: a picture 1/fps after the one before.
    CapturedFrame next(std::uint32_t timeout_ms) override;
    // SensorControl
    std::string_view model() const override { return "twin"; }
    const CameraSettings& settings() const override { return told_; }
    bool apply(const CameraSettings& settings) override;

    Fault fault() const { return fault_; }
    void set(Fault fault) { fault_ = fault; }

private:
    using Steady = std::chrono::steady_clock;

    bool is_due(std::uint32_t timeout_ms, std::uint32_t fps);
    CameraSettings wanted() const;

    Pictures& pictures_;
    const std::uint64_t booted_us_;
    Steady::time_point due_;
    Impairment impairment_;
    std::atomic<Fault> fault_{Fault::kNone};
    CameraSettings told_;  // the loop's
    mutable std::mutex mutex_;
    CameraSettings wanted_;  // the same, for the thread
};

}  // namespace peerlens
