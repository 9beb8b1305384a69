// What the twin sees: a yard, and something that moves in it.
#pragma once

#include <cstdint>

#include "image.hpp"

namespace peerlens {

// A ball rolls through the yard and back in 8 s, before a wall with a clock that a person can
// read. All but the ball and the clock stays as it is, to the bit.
class Scene {
public:
    static constexpr double kPeriodS = 8.0;

    Scene(int width, int height);

    int width() const { return backdrop_.width(); }
    int height() const { return backdrop_.height(); }

    // `seconds` says where the ball is, `epoch_ms` what the clock shows (UTC).
    void paint(Image& image, double seconds, std::uint64_t epoch_ms) const;

private:
    void paint_ball(Image& image, double seconds) const;
    void paint_clock(Image& image, std::uint64_t epoch_ms) const;

    Image backdrop_;
};

}  // namespace peerlens
