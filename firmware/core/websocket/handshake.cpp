#include "websocket/handshake.hpp"

#include <cstring>

#include "base/base64.hpp"
#include "base/sha1.hpp"

namespace peerlens {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::string_view kEnd = "\r\n\r\n";

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) {
        return false;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t";
    const std::size_t begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// Cut `text` at the first `mark`: returns what stands before it and leaves what stands behind.
std::string_view cut(std::string_view& text, std::string_view mark) {
    const std::size_t at = text.find(mark);
    const std::string_view before = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + mark.size());
    return before;
}

bool lists(std::string_view values, std::string_view wanted) {
    while (!values.empty()) {
        if (same(trimmed(cut(values, ",")), wanted)) {
            return true;
        }
    }
    return false;
}

// Appends to a buffer of fixed size.
struct Appender {
    char* out;
    std::size_t room;
    std::size_t size = 0;
    bool overflow = false;

    void operator()(std::string_view text) {
        overflow = overflow || text.size() > room - size;
        if (!overflow) {
            std::memcpy(out + size, text.data(), text.size());
            size += text.size();
        }
    }
};

}  // namespace

std::string_view Handshake::request(std::string_view host, std::string_view path, Random& random) {
    size_ = 0;
    progress_ = Progress::kReading;
    std::array<std::uint8_t, 16> nonce;
    for (std::size_t i = 0; i < nonce.size(); i += 4) {
        const std::uint32_t bits = random.next();
        std::memcpy(nonce.data() + i, &bits, 4);
    }
    const auto key = base64(nonce);
    std::array<char, 60> joined;
    Appender join{joined.data(), joined.size()};
    join(key.view());
    join(kGuid);
    expected_ = base64(sha1({joined.data(), joined.size()})).characters;

    Appender append{request_.data(), request_.size()};
    append("GET ");
    append(path);
    append(" HTTP/1.1\r\nHost: ");
    append(host);
    append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ");
    append(key.view());
    append("\r\nSec-WebSocket-Version: 13\r\n\r\n");
    return {request_.data(), append.overflow ? 0 : append.size};
}

std::size_t Handshake::received(std::string_view bytes) {
    std::size_t taken = 0;
    while (progress_ == Progress::kReading && taken < bytes.size()) {
        if (size_ == answer_.size()) {
            refuse("the answer is too long");
            break;
        }
        answer_[size_++] = bytes[taken++];
        const std::string_view head(answer_.data(), size_);
        if (head.size() >= kEnd.size() && head.substr(head.size() - kEnd.size()) == kEnd) {
            judge(head);
        }
    }
    return taken;
}

void Handshake::judge(std::string_view head) {
    const std::string_view status = cut(head, "\r\n");
    if (status.substr(0, 12) != "HTTP/1.1 101" || status.substr(12, 1) > " ") {
        return refuse("the server does not answer 101");
    }
    bool upgrade = false;
    bool connection = false;
    bool accept = false;
    while (!head.empty()) {
        std::string_view line = cut(head, "\r\n");
        const std::string_view name = cut(line, ":");
        const std::string_view value = trimmed(line);
        upgrade = upgrade || (same(name, "Upgrade") && same(value, "websocket"));
        connection = connection || (same(name, "Connection") && lists(value, "Upgrade"));
        accept = accept || (same(name, "Sec-WebSocket-Accept") &&
                            value == std::string_view(expected_.data(), expected_.size()));
        if (same(name, "Sec-WebSocket-Extensions") || same(name, "Sec-WebSocket-Protocol")) {
            return refuse("the server chose what was not offered");
        }
    }
    if (!upgrade || !connection || !accept) {
        return refuse("the server's handshake is wrong");
    }
    progress_ = Progress::kOpen;
}

void Handshake::refuse(const char* reason) {
    progress_ = Progress::kRefused;
    reason_ = reason;
}

}  // namespace peerlens
