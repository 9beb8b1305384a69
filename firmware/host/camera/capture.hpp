// The twin's sensor: takes pictures in a thread of its own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "camera/frame_store.hpp"
#include "impairment.hpp"
#include "orders.hpp"
#include "pictures.hpp"

namespace peerlens {

// Runs as long as it lives: publishes a picture 1/fps after the one before. `published` is called in
// its thread behind each.
class Capture {
public:
    static constexpr std::int64_t kJumpUs = 3'600'000'000;

    // The time of a picture is microseconds since the boot, which was `boot_ms` ago.
    Capture(Pictures& pictures, FrameStore& store, const Orders& orders, std::uint32_t boot_ms,
            std::function<void()> published);
    ~Capture();

    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;

private:
    void run();
    void take(const CameraSettings& settings, Fault fault);

    Pictures& pictures_;
    FrameStore& store_;
    const Orders& orders_;
    const std::uint64_t booted_us_;
    const std::function<void()> published_;
    Impairment impairment_;

    std::mutex mutex_;
    std::condition_variable ended_;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace peerlens
