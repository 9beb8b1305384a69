#include "image.hpp"

#include <algorithm>

namespace peerlens {

void Image::set(int x, int y, Colour colour) {
    fill(x, y, 1, 1, colour);
}

void Image::fill(int left, int top, int width, int height, Colour colour) {
    const int right = std::min(left + width, width_);
    const int bottom = std::min(top + height, height_);
    left = std::max(left, 0);
    for (int y = std::max(top, 0); y < bottom; ++y) {
        std::uint8_t* pixel = at(left, y);
        for (int x = left; x < right; ++x) {
            *pixel++ = colour.red;
            *pixel++ = colour.green;
            *pixel++ = colour.blue;
        }
    }
}

void Image::disc(int x, int y, int radius, Colour colour) {
    int half = 0;
    for (int down = -radius; down <= radius; ++down) {
        // The half width follows the circle from row to row.
        while (half < radius && (half + 1) * (half + 1) + down * down <= radius * radius) {
            ++half;
        }
        while (half > 0 && half * half + down * down > radius * radius) {
            --half;
        }
        fill(x - half, y + down, 2 * half + 1, 1, colour);
    }
}

void Image::mirror() {
    for (int y = 0; y < height_; ++y) {
        std::uint8_t* left = at(0, y);
        std::uint8_t* right = at(width_ - 1, y);
        for (; left < right; left += 3, right -= 3) {
            std::swap_ranges(left, left + 3, right);
        }
    }
}

void Image::flip() {
    for (int y = 0; y < height_ / 2; ++y) {
        std::swap_ranges(at(0, y), at(width_, y), at(0, height_ - 1 - y));
    }
}

}  // namespace peerlens
