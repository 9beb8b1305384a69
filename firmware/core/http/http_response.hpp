// The answer to a request, in buffers of fixed size.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/http_source.hpp"

namespace peerlens {

// A handler calls header() as often as it needs to, then one of the others, once. What is called
// later replaces what was before.
class HttpResponse {
public:
    static constexpr std::size_t kHeaders = 512;
    static constexpr std::size_t kText = 4096;

    enum class Body : std::uint8_t { kText, kConstant, kSource, kEndless, kDropped };

    // One more line in the head.
    void header(std::string_view name, std::string_view value);

    // Plain text and JSON, copied. What is longer than kText is answered with 500.
    void text(int status, std::string_view text) {
        copy(status, "text/plain; charset=utf-8", text);
    }
    void json(int status, std::string_view text) { copy(status, "application/json", text); }
    // An error in plain text: the parts one after the other, and a line's end. Cut at kText.
    void refuse(int status, std::string_view what, std::string_view more = {},
                std::string_view still = {}, std::string_view last = {});
    // Bytes that stay valid for ever, such as a page in flash.
    void constant(int status, std::string_view type, std::string_view bytes);
    // `length` bytes that `source` gives.
    void source(int status, std::string_view type, std::uint64_t length, HttpSource& source);
    // What `source` gives, until either end has enough. The source frames it: in HTTP chunks if
    // `chunked`, which HTTP/1.0 does not know.
    void endless(std::string_view type, bool chunked, HttpSource& source);
    // No answer: the connection is reset.
    void drop();
    // The connection closes behind the answer.
    void close() { close_ = true; }

    // For the connection.

    void begin();
    int status() const { return status_; }
    Body body() const { return body_; }
    std::string_view bytes() const;
    HttpSource* source() const { return source_; }
    bool closes() const { return close_; }
    std::uint64_t length() const { return length_; }
    // All was sent, or never will be.
    void release();
    // Write the head to `out`; returns its length, 0 when it does not fit.
    std::size_t write_head(char* out, std::size_t room, bool keep_alive) const;

private:
    void copy(int status, std::string_view type, std::string_view text);
    void set(int status, std::string_view type, Body body);

    int status_ = 500;
    Body body_ = Body::kText;
    bool close_ = false;
    bool chunked_ = false;
    std::string_view type_;
    std::string_view constant_;
    std::uint64_t length_ = 0;
    HttpSource* source_ = nullptr;
    std::size_t headers_size_ = 0;
    std::size_t text_size_ = 0;
    std::array<char, kHeaders> headers_;
    std::array<char, kText> text_;
};

// As in RFC 9110 and 6585: "Not Found".
std::string_view reason_of(int status);

}  // namespace peerlens
