// Compact JSON into a buffer of fixed size.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace peerlens {

// Writes one object. What does not fit makes the whole of it empty, so that nothing is sent cut
// short. Nothing but add() and open()/close() in the right order is checked.
class JsonWriter {
public:
    // The longest message that a board sends: a registration with the longest token.
    static constexpr std::size_t kCapacity = 8192;

    JsonWriter() { begin(); }

    // Drop what there is, and begin anew.
    void begin();

    void add(std::string_view key, std::string_view text);
    void add(std::string_view key, const char* text) { add(key, std::string_view(text)); }
    void add(std::string_view key, double number);
    void add(std::string_view key, std::uint32_t number);
    void add(std::string_view key, std::int64_t number);
    void add(std::string_view key, bool value);
    void add_null(std::string_view key);
    // An object as a value, until close().
    void open(std::string_view key);
    void close();
    // A list of objects as a value: open_item(), what is in it, close(), and so on, close_list().
    void open_list(std::string_view key);
    void open_item();
    void close_list();

    // The object, closed; empty when it did not fit. Call it once.
    std::string_view finish();

private:
    void name(std::string_view key);
    void quoted(std::string_view text);
    void put(char c);
    void put(std::string_view text);

    std::array<char, kCapacity> buffer_;
    std::size_t size_ = 0;
    bool overflow_ = false;
};

}  // namespace peerlens
