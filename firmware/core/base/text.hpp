// Text in a buffer of fixed size.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace peerlens {

// At most N bytes, none of them NUL, with a NUL behind them.
template <std::size_t N>
class Text {
public:
    static constexpr std::size_t kCapacity = N;

    Text() = default;
    // For literals: what does not fit does not compile.
    template <std::size_t M>
    Text(const char (&literal)[M]) {  // NOLINT(google-explicit-constructor): as string_view is
        static_assert(M <= N + 1, "the text is too long");
        assign(literal);
    }

    // Returns whether `text` fits and holds no NUL; otherwise this stays as it was.
    bool assign(std::string_view text) {
        if (text.size() > N || text.find('\0') != std::string_view::npos) {
            return false;
        }
        if (!text.empty()) {
            std::memmove(characters_.data(), text.data(), text.size());
        }
        size_ = text.size();
        std::memset(characters_.data() + size_, 0, characters_.size() - size_);
        return true;
    }
    // As much of `text` as fits.
    void append(std::string_view text) {
        const std::size_t room = N - size_;
        const std::size_t count = text.size() < room ? text.size() : room;
        if (count > 0) {
            std::memcpy(characters_.data() + size_, text.data(), count);
        }
        size_ += count;
        characters_[size_] = '\0';
    }
    void clear() { assign(std::string_view()); }

    std::string_view view() const { return {characters_.data(), size_}; }
    const char* c_str() const { return characters_.data(); }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    // NOLINTNEXTLINE(google-explicit-constructor): it is one
    operator std::string_view() const { return view(); }

private:
    std::array<char, N + 1> characters_{};
    std::size_t size_ = 0;
};

template <std::size_t N, std::size_t M>
bool operator==(const Text<N>& one, const Text<M>& other) {
    return one.view() == other.view();
}

}  // namespace peerlens
