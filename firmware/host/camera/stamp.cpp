#include "stamp.hpp"

#include <array>

namespace peerlens {
namespace {

constexpr int kBlock = 16;
constexpr int kColumns = 16;
constexpr int kRows = 3;
constexpr unsigned kTimeBytes = 5;
constexpr Colour kOne{255, 255, 255};
constexpr Colour kZero{0, 0, 0};

}  // namespace

void paint_stamp(Image& image, std::uint64_t epoch_ms) {
    if (image.width() < kColumns * kBlock || image.height() < kRows * kBlock) {
        return;
    }
    std::array<std::uint8_t, kTimeBytes + 1> bytes;
    unsigned checksum = 0x5A;
    for (unsigned i = 0; i < kTimeBytes; ++i) {
        bytes[i] = static_cast<std::uint8_t>(epoch_ms >> (8 * (kTimeBytes - 1 - i)));
        checksum += (i + 1) * bytes[i];
    }
    bytes[kTimeBytes] = static_cast<std::uint8_t>(checksum);
    for (int bit = 0; bit < kRows * kColumns; ++bit) {
        const bool is_one = (bytes[static_cast<unsigned>(bit) / 8] >> (7 - bit % 8) & 1) != 0;
        image.fill(bit % kColumns * kBlock, bit / kColumns * kBlock, kBlock, kBlock,
                   is_one ? kOne : kZero);
    }
}

}  // namespace peerlens
