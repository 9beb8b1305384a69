#include "device/capture.hpp"

#include <gtest/gtest.h>

#include <string>

#include "camera/small_store.hpp"

namespace peerlens {
namespace {

struct ScriptedSource final : public FrameSource {
    CapturedFrame next(std::uint32_t timeout_ms) override {
        EXPECT_EQ(timeout_ms, Capture::kWaitMs);
        return {jpeg, 7};
    }

    std::string jpeg;
};

TEST(CaptureTest, KeepsPicturesAndWakesTheLoop) {
    ScriptedSource source;
    SmallStore<> store;
    Wakeup wakeup;
    Capture capture(source, store.frames, wakeup);
    pollfd watched{};
    wakeup.watch(&watched, 1);

    capture.step();
    source.jpeg = std::string(65, 'x');  // too large for a slot
    capture.step();
    EXPECT_EQ(store.frames.sequence(), 0U);
    EXPECT_EQ(store.frames.refused(), 1U);
    EXPECT_EQ(poll(&watched, 1, 0), 0);

    source.jpeg = "jpeg";
    capture.step();
    EXPECT_EQ(store.frames.newest().jpeg(), "jpeg");
    EXPECT_EQ(store.frames.newest().captured_us(), 7U);
    EXPECT_EQ(poll(&watched, 1, 5'000), 1);
}

}  // namespace
}  // namespace peerlens
