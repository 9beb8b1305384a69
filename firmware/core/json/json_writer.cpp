#include "json/json_writer.hpp"

#include <charconv>
#include <cstring>

namespace peerlens {

void JsonWriter::add(std::string_view key, std::string_view text) {
    name(key);
    quoted(text);
}

void JsonWriter::add(std::string_view key, double number) {
    name(key);
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    put(std::string_view(digits, static_cast<std::size_t>(end - digits)));
}

void JsonWriter::begin() {
    size_ = 0;
    overflow_ = false;
    put('{');
}

void JsonWriter::add(std::string_view key, std::uint32_t number) {
    add(key, static_cast<std::int64_t>(number));
}

void JsonWriter::add(std::string_view key, std::int64_t number) {
    name(key);
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    put(std::string_view(digits, static_cast<std::size_t>(end - digits)));
}

void JsonWriter::add(std::string_view key, bool value) {
    name(key);
    put(value ? std::string_view("true") : std::string_view("false"));
}

void JsonWriter::add_null(std::string_view key) {
    name(key);
    put(std::string_view("null"));
}

void JsonWriter::open(std::string_view key) {
    name(key);
    put('{');
}

void JsonWriter::close() {
    put('}');
}

void JsonWriter::open_list(std::string_view key) {
    name(key);
    put('[');
}

void JsonWriter::open_item() {
    if (size_ > 0 && buffer_[size_ - 1] != '[') {
        put(',');
    }
    put('{');
}

void JsonWriter::close_list() {
    put(']');
}

std::string_view JsonWriter::finish() {
    put('}');
    return {buffer_.data(), overflow_ ? 0 : size_};
}

void JsonWriter::name(std::string_view key) {
    if (size_ > 0 && buffer_[size_ - 1] != '{') {
        put(',');
    }
    quoted(key);
    put(':');
}

void JsonWriter::quoted(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    put('"');
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            put('\\');
            put(c);
        } else if (static_cast<unsigned char>(c) < 0x20) {
            put("\\u00");
            put(kHex[static_cast<unsigned char>(c) >> 4]);
            put(kHex[c & 0xF]);
        } else {
            put(c);
        }
    }
    put('"');
}

void JsonWriter::put(char c) {
    put(std::string_view(&c, 1));
}

void JsonWriter::put(std::string_view text) {
    if (text.size() > kCapacity - size_) {
        overflow_ = true;
        return;
    }
    std::memcpy(buffer_.data() + size_, text.data(), text.size());
    size_ += text.size();
}

}  // namespace peerlens
