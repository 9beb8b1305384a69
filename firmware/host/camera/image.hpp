// A picture before it is compressed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace peerlens {

struct Colour {
    std::uint8_t red;
    std::uint8_t green;
    std::uint8_t blue;
};

// Rows from the top, three bytes a pixel: red, green, blue.
class Image {
public:
    Image() = default;
    Image(int width, int height)
        : width_(width),
          height_(height),
          bytes_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3) {}

    int width() const { return width_; }
    int height() const { return height_; }
    const std::uint8_t* row(int y) const { return bytes_.data() + offset(0, y); }

    // What lies outside is not painted.
    void set(int x, int y, Colour colour);
    void fill(int left, int top, int width, int height, Colour colour);
    void disc(int x, int y, int radius, Colour colour);
    void mirror();
    void flip();

private:
    std::ptrdiff_t offset(int x, int y) const {
        return (static_cast<std::ptrdiff_t>(y) * width_ + x) * 3;
    }
    std::uint8_t* at(int x, int y) { return bytes_.data() + offset(x, y); }

    int width_ = 0;
    int height_ = 0;
    std::vector<std::uint8_t> bytes_;
};

}  // namespace peerlens
