#include "http/http_response.hpp"

#include <cstring>

#include "base/text_writer.hpp"

namespace peerlens {
namespace {

struct Reason {
    int status;
    std::string_view text;
};

constexpr Reason kReasons[] = {
    {200, "OK"},
    {202, "Accepted"},
    {204, "No Content"},
    {302, "Found"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

}  // namespace

std::string_view reason_of(int status) {
    for (const Reason& each : kReasons) {
        if (each.status == status) {
            return each.text;
        }
    }
    return "Unknown";
}

void HttpResponse::begin() {
    headers_size_ = 0;
    close_ = false;
    set(500, "text/plain; charset=utf-8", Body::kText);
}

void HttpResponse::header(std::string_view name, std::string_view value) {
    TextWriter line(headers_.data() + headers_size_, headers_.size() - headers_size_);
    line.add(name).add(": ").add(value).add("\r\n");
    headers_size_ += line.overflow() ? 0 : line.size();
}

void HttpResponse::refuse(int status, std::string_view what, std::string_view more,
                          std::string_view still, std::string_view last) {
    set(status, "text/plain; charset=utf-8", Body::kText);
    TextWriter text(text_.data(), text_.size() - 1);
    text.add(what).add(more).add(still).add(last);
    text_size_ = text.size();
    text_[text_size_++] = '\n';
    length_ = text_size_;
}

void HttpResponse::constant(int status, std::string_view type, std::string_view bytes) {
    set(status, type, Body::kConstant);
    constant_ = bytes;
    length_ = bytes.size();
}

void HttpResponse::source(int status, std::string_view type, std::uint64_t length,
                          HttpSource& source) {
    set(status, type, Body::kSource);
    source_ = &source;
    length_ = length;
}

void HttpResponse::endless(std::string_view type, bool chunked, HttpSource& source) {
    set(200, type, Body::kEndless);
    source_ = &source;
    chunked_ = chunked;
    close_ = true;
}

void HttpResponse::drop() {
    set(500, "text/plain; charset=utf-8", Body::kDropped);
}

std::string_view HttpResponse::bytes() const {
    return body_ == Body::kConstant ? constant_ : std::string_view(text_.data(), text_size_);
}

void HttpResponse::release() {
    if (source_ != nullptr) {
        source_->released();
        source_ = nullptr;
    }
}

void HttpResponse::set(int status, std::string_view type, Body body) {
    release();  // what was meant to be sent before
    status_ = status;
    type_ = type;
    body_ = body;
    chunked_ = false;
    text_size_ = 0;
    length_ = 0;
}

void HttpResponse::copy(int status, std::string_view type, std::string_view text) {
    if (text.size() > text_.size()) {
        return refuse(500, "the answer is too long");
    }
    set(status, type, Body::kText);
    if (!text.empty()) {
        std::memcpy(text_.data(), text.data(), text.size());
    }
    text_size_ = text.size();
    length_ = text.size();
}

std::size_t HttpResponse::write_head(char* out, std::size_t room, bool keep_alive) const {
    TextWriter head(out, room);
    head.add("HTTP/1.1 ").add(static_cast<std::uint64_t>(status_)).add(" ");
    head.add(reason_of(status_)).add("\r\n");
    if (status_ != 204) {
        head.add("Content-Type: ").add(type_).add("\r\n");
        if (chunked_) {
            head.add("Transfer-Encoding: chunked\r\n");
        } else if (body_ != Body::kEndless) {
            head.add("Content-Length: ").add(length_).add("\r\n");
        }
    }
    head.add("Connection: ").add(keep_alive ? "keep-alive" : "close").add("\r\n");
    head.add("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n")
        .add({headers_.data(), headers_size_})
        .add("\r\n");
    return head.overflow() ? 0 : head.size();
}

}  // namespace peerlens
