#include "websocket/handshake.hpp"

#include <cstring>

#include "base/base64.hpp"
#include "base/field_text.hpp"
#include "base/sha1.hpp"
#include "base/text_writer.hpp"

namespace peerlens {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::string_view kEnd = "\r\n\r\n";

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
    TextWriter(joined.data(), joined.size()).add(key.view()).add(kGuid);
    expected_ = base64(sha1({joined.data(), joined.size()})).characters;

    TextWriter text(request_.data(), request_.size());
    text.add("GET ").add(path).add(" HTTP/1.1\r\nHost: ").add(host);
    text.add("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ");
    text.add(key.view()).add("\r\nSec-WebSocket-Version: 13\r\n\r\n");
    return text.overflow() ? std::string_view() : text.view();
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
        upgrade = upgrade || (same_text(name, "Upgrade") && same_text(value, "websocket"));
        connection = connection || (same_text(name, "Connection") && lists(value, "Upgrade"));
        accept = accept || (same_text(name, "Sec-WebSocket-Accept") &&
                            value == std::string_view(expected_.data(), expected_.size()));
        if (same_text(name, "Sec-WebSocket-Extensions") ||
            same_text(name, "Sec-WebSocket-Protocol")) {
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
