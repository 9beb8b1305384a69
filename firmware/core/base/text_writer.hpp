// Text, written into a buffer of fixed size.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace peerlens {

// Writes to `room` bytes at `out`. What does not fit is left out, as is all that follows it.
class TextWriter {
public:
    TextWriter(char* out, std::size_t room) : out_(out), room_(room) {}

    TextWriter& add(std::string_view text) {
        overflow_ = overflow_ || text.size() > room_ - size_;
        if (!overflow_ && !text.empty()) {
            std::memcpy(out_ + size_, text.data(), text.size());
            size_ += text.size();
        }
        return *this;
    }
    TextWriter& add(std::uint64_t number) { return digits(number, 10); }
    TextWriter& add_hex(std::uint64_t number) { return digits(number, 16); }

    std::size_t size() const { return size_; }
    bool overflow() const { return overflow_; }
    std::string_view view() const { return {out_, size_}; }

private:
    TextWriter& digits(std::uint64_t number, int base) {
        char buffer[20];
        const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, base).ptr;
        return add(std::string_view(buffer, static_cast<std::size_t>(end - buffer)));
    }

    char* out_;
    std::size_t room_;
    std::size_t size_ = 0;
    bool overflow_ = false;
};

}  // namespace peerlens
