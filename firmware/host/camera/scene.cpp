#include "scene.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace peerlens {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr Colour kInk{250, 246, 230};
constexpr Colour kDial{38, 42, 48};

// Digits and a colon, 3x5 each, rows from the top, leftmost bit first.
constexpr std::array<std::uint16_t, 11> kGlyphs{
    0b111101101101111, 0b010110010010111, 0b111001111100111, 0b111001111001111,
    0b101101111001001, 0b111100111001111, 0b111100111101111, 0b111001001010010,
    0b111101111101111, 0b111101111001111, 0b000010000010000,
};

std::uint8_t clamped(int value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

Colour shaded(Colour colour, int by) {
    return {clamped(colour.red + by), clamped(colour.green + by), clamped(colour.blue + by)};
}

// The same noise for the same place, -1 to 1.
double noise(int x, int y) {
    auto mixed =
        static_cast<std::uint32_t>(x) * 374'761'393U + static_cast<std::uint32_t>(y) * 668'265'263U;
    mixed = (mixed ^ (mixed >> 13)) * 1'274'126'177U;
    return static_cast<double>((mixed ^ (mixed >> 16)) & 0xFFFF) / 32'767.5 - 1.0;
}

Image painted_yard(int width, int height) {
    Image image(width, height);
    const int wall = height * 11 / 20;
    const int brick_height = std::max(height / 30, 4);
    const int brick_width = brick_height * 5 / 2;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const int grain = static_cast<int>(noise(x, y) * 5.0);
            if (y >= wall) {
                // Paving that is lighter in front.
                image.set(x, y, shaded({116, 112, 104}, grain + (y - wall) * 40 / height));
                continue;
            }
            const int course = y / brick_height;
            const int along = x + course % 2 * brick_width / 2;
            const bool is_joint = y % brick_height == 0 || along % brick_width == 0;
            const int tone = static_cast<int>(noise(along / brick_width, course) * 14.0);
            image.set(x, y, is_joint ? Colour{186, 178, 166} : shaded({150, 84, 62}, tone + grain));
        }
    }
    image.fill(0, wall, width, std::max(height / 120, 1), {60, 56, 52});
    // A door and a window, for something to hold on to.
    image.fill(width * 3 / 4, height / 5, width / 8, wall - height / 5, {58, 82, 66});
    image.disc(width * 3 / 4 + width / 10, height * 2 / 5, std::max(height / 90, 1),
               {214, 190, 92});
    image.fill(width / 10, height / 5, width / 5, height / 5, {214, 220, 224});
    image.fill(width / 10 + width / 90, height / 5 + width / 90, width / 5 - width / 45,
               height / 5 - width / 45, {92, 122, 150});
    return image;
}

}  // namespace

Scene::Scene(int width, int height) : backdrop_(painted_yard(width, height)) {}

void Scene::paint(Image& image, double seconds, std::uint64_t epoch_ms) const {
    image = backdrop_;
    paint_clock(image, epoch_ms);
    paint_ball(image, seconds);
}

void Scene::paint_ball(Image& image, double seconds) const {
    const int radius = std::max(image.height() / 12, 4);
    const double phase = 2.0 * kPi * std::fmod(seconds, kPeriodS) / kPeriodS;
    const int x = static_cast<int>(image.width() * (0.5 - 0.42 * std::cos(phase)));
    const int y = image.height() * 3 / 4;
    image.fill(x - radius, y + radius - radius / 8, 2 * radius, radius / 4, {70, 66, 60});
    image.disc(x, y, radius, {214, 60, 40});
    // Spots that turn as it rolls.
    const double turned = static_cast<double>(x) / radius;
    for (int spot = 0; spot < 3; ++spot) {
        const double angle = turned + 2.0 * kPi * spot / 3.0;
        image.disc(x + static_cast<int>(0.55 * radius * std::cos(angle)),
                   y + static_cast<int>(0.55 * radius * std::sin(angle)), radius / 5, kInk);
    }
}

void Scene::paint_clock(Image& image, std::uint64_t epoch_ms) const {
    const std::uint64_t second = epoch_ms / 1000 % 86'400;
    std::array<char, 16> text;
    const int length =
        std::snprintf(text.data(), text.size(), "%02d:%02d:%02d", static_cast<int>(second / 3600),
                      static_cast<int>(second / 60 % 60), static_cast<int>(second % 60));
    const int dot = std::max(image.height() / 120, 1);
    const int left = image.width() * 2 / 5;
    const int top = image.height() / 5;
    image.fill(left - 2 * dot, top - 2 * dot, (length * 4 + 3) * dot, 9 * dot, kDial);
    for (int i = 0; i < length; ++i) {
        const char shown = text[static_cast<std::size_t>(i)];
        const unsigned glyph = kGlyphs[static_cast<std::size_t>(shown == ':' ? 10 : shown - '0')];
        for (int bit = 0; bit < 15; ++bit) {
            if ((glyph >> (14 - bit) & 1) != 0) {
                image.fill(left + (i * 4 + bit % 3) * dot, top + bit / 3 * dot, dot, dot, kInk);
            }
        }
    }
}

}  // namespace peerlens
