// Writes a text piece by piece.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.hpp"

namespace peerlens {

// Replaces what `text` holds; what does not fit is left out.
template <std::size_t N>
class Sentence {
public:
    explicit Sentence(Text<N>& text) : text_(text) { text_.clear(); }

    Sentence& operator<<(std::string_view piece) {
        const std::size_t fits = std::min(piece.size(), N - size_);
        std::copy_n(piece.begin(), fits, buffer_.data() + size_);
        size_ += fits;
        text_.assign({buffer_.data(), size_});
        return *this;
    }

    Sentence& operator<<(std::uint64_t number) {
        std::array<char, 20> digits;
        const char* const end =
            std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        return *this << std::string_view(digits.data(),
                                         static_cast<std::size_t>(end - digits.data()));
    }

private:
    Text<N>& text_;
    std::array<char, N> buffer_;
    std::size_t size_ = 0;
};

}  // namespace peerlens
