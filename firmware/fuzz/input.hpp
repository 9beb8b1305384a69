// A fuzz target's input, cut into what the target needs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace peerlens {

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size)
        : text_(reinterpret_cast<const char*>(data), size) {}

    bool empty() const { return text_.empty(); }
    // All that is left.
    std::string_view rest() const { return text_; }
    // One byte; 0 when there is none left.
    std::uint8_t byte() {
        const std::string_view taken = take(1);
        return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken[0]);
    }
    // The next `size` bytes, or as many as there are.
    std::string_view take(std::size_t size) {
        const std::string_view taken = text_.substr(0, size);
        text_.remove_prefix(taken.size());
        return taken;
    }

private:
    std::string_view text_;
};

// A copy whose end is the end of its allocation, so that AddressSanitizer sees what reads on.
class ExactCopy {
public:
    explicit ExactCopy(std::string_view text) : size_(text.size()), bytes_(new char[size_]) {
        std::copy(text.begin(), text.end(), bytes_.get());
    }
    operator std::string_view() const { return {bytes_.get(), size_}; }

private:
    std::size_t size_;
    std::unique_ptr<char[]> bytes_;
};

}  // namespace peerlens
