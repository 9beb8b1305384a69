// Takes pictures from where they come to where they are kept. Runs on a thread of its own.
#pragma once

#include <cstdint>

#include "camera/frame_source.hpp"
#include "camera/frame_store.hpp"
#include "device/wakeup.hpp"

namespace peerlens {

class Capture {
public:
    static constexpr std::uint32_t kWaitMs = 200;

    Capture(FrameSource& source, FrameStore& frames, Wakeup& wakeup)
        : source_(source), frames_(frames), wakeup_(wakeup) {}

    // Take the next picture, if one comes within kWaitMs. The port calls it again and again, and
    // feeds its watchdog in between.
    void step();

private:
    FrameSource& source_;
    FrameStore& frames_;
    Wakeup& wakeup_;
};

}  // namespace peerlens
