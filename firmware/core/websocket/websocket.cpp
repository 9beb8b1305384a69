#include "websocket/websocket.hpp"

#include <algorithm>
#include <cstring>

#include "base/utf8.hpp"

namespace peerlens {
namespace {

constexpr std::uint8_t kFin = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kOpcode = 0x0F;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::size_t kMaskSize = 4;

// Codes that may stand in a close frame (RFC 6455, 7.4).
bool may_be_received(std::uint16_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

}  // namespace

bool WebSocket::start(std::string_view host, std::string_view path) {
    const std::string_view request = handshake_.request(host, path, random_);
    header_read_ = 0;
    in_payload_ = false;
    in_message_ = false;
    message_size_ = 0;
    is_sending_ = false;
    state_ = State::kConnecting;
    if (request.empty() || request.size() > port_.room()) {
        return false;
    }
    port_.transmit(request);
    return true;
}

void WebSocket::received(std::string_view bytes) {
    while (!bytes.empty() && state_ != State::kIdle && state_ != State::kClosed) {
        const std::size_t taken = state_ == State::kConnecting ? handshake(bytes)
                                  : in_payload_                ? payload(bytes)
                                                               : header(bytes);
        bytes.remove_prefix(taken);
    }
}

std::size_t WebSocket::handshake(std::string_view bytes) {
    const std::size_t taken = handshake_.received(bytes);
    if (handshake_.progress() == Handshake::Progress::kOpen) {
        state_ = State::kOpen;
        port_.opened();
    } else if (handshake_.progress() == Handshake::Progress::kRefused) {
        state_ = State::kClosed;
        port_.closed(1006, handshake_.reason());
    }
    return taken;
}

std::size_t WebSocket::header_size() const {
    if (header_read_ < 2) {
        return 2;
    }
    const std::uint8_t length = header_[1] & 0x7F;
    return length == 127 ? 10 : length == 126 ? 4 : 2;
}

std::size_t WebSocket::header(std::string_view bytes) {
    const std::size_t taken = std::min(header_size() - header_read_, bytes.size());
    std::memcpy(header_.data() + header_read_, bytes.data(), taken);
    header_read_ += taken;
    if (header_read_ == header_size() && begin_frame()) {
        in_payload_ = true;
        if (payload_left_ == 0) {
            end_frame();
        }
    }
    return taken;
}

bool WebSocket::begin_frame() {
    const std::size_t size = header_size();
    std::uint64_t length = header_[1] & 0x7F;
    if (size > 2) {
        length = 0;
        for (std::size_t i = 2; i < size; ++i) {
            length = length << 8 | header_[i];
        }
    }
    const bool shortest = size == 2 || (size == 4 ? length > 125 : length > 0xFFFF);
    if ((header_[0] & kReserved) != 0 || (header_[1] & kMasked) != 0 || !shortest) {
        fail(1002, "bad frame");
        return false;
    }
    payload_left_ = length;
    if ((header_[0] & 0x08) == 0) {
        return check_data(length);
    }
    control_size_ = 0;
    const std::uint8_t opcode = header_[0] & kOpcode;
    if (opcode > kPong || (header_[0] & kFin) == 0 || length > control_.size()) {
        fail(1002, "bad control frame");
        return false;
    }
    return true;
}

bool WebSocket::check_data(std::uint64_t length) {
    const std::uint8_t opcode = header_[0] & kOpcode;
    if (opcode == kBinary) {
        fail(1003, "binary message");
    } else if (opcode > kBinary || (opcode == kContinuation) != in_message_) {
        fail(1002, "bad fragment");
    } else if (length > kMaxMessage - message_size_) {
        fail(1009, "message too large");
    } else {
        in_message_ = true;
        return true;
    }
    return false;
}

std::size_t WebSocket::payload(std::string_view bytes) {
    const auto taken =
        static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, bytes.size()));
    if ((header_[0] & 0x08) == 0) {
        std::memcpy(message_.data() + message_size_, bytes.data(), taken);
        message_size_ += taken;
    } else {
        std::memcpy(control_.data() + control_size_, bytes.data(), taken);
        control_size_ += taken;
    }
    payload_left_ -= taken;
    if (payload_left_ == 0) {
        end_frame();
    }
    return taken;
}

void WebSocket::end_frame() {
    in_payload_ = false;
    header_read_ = 0;
    if ((header_[0] & 0x08) != 0) {
        end_control();
    } else if ((header_[0] & kFin) != 0) {
        end_message();
    }
}

void WebSocket::end_control() {
    switch (header_[0] & kOpcode) {
        case kPing:
            if (state_ == State::kOpen) {
                send_frame(kPong, {control_.data(), control_size_});
            }
            break;
        case kClose: closed_by_server(); break;
        default: break;
    }
}

void WebSocket::end_message() {
    const std::string_view text(message_.data(), message_size_);
    in_message_ = false;
    message_size_ = 0;
    if (!is_utf8(text)) {
        return fail(1007, "not UTF-8");
    }
    if (state_ == State::kOpen) {
        port_.message(text);
    }
}

void WebSocket::closed_by_server() {
    std::uint16_t code = 1005;  // none was given
    std::string_view reason;
    if (control_size_ > 0) {
        const auto high = static_cast<unsigned char>(control_[0]);
        const auto low = static_cast<unsigned char>(control_[1]);
        code = static_cast<std::uint16_t>(high << 8 | low);
        reason = {control_.data() + 2, control_size_ < 2 ? 0 : control_size_ - 2};
        if (control_size_ == 1 || !may_be_received(code) || !is_utf8(reason)) {
            return fail(1002, "bad close frame");
        }
    }
    if (state_ == State::kOpen) {
        send_frame(kClose, {control_.data(), std::min<std::size_t>(control_size_, 2)});
    }
    end_sending(State::kClosed);
    port_.closed(code, reason);
}

void WebSocket::fail(std::uint16_t code, const char* reason) {
    close(code);
    end_sending(State::kClosed);
    port_.closed(code, reason);
}

bool WebSocket::send(std::string_view text) {
    return state_ == State::kOpen && !is_sending_ && send_frame(kText, text);
}

bool WebSocket::send_binary(std::string_view bytes) {
    if (state_ != State::kOpen || is_sending_) {
        return false;
    }
    unsent_ = bytes;
    is_sending_ = true;
    is_continued_ = false;
    send_more();
    return true;
}

bool WebSocket::send_more() {
    bool sent = false;
    while (is_sending_) {
        const std::string_view piece = unsent_.substr(0, kPiece);
        const bool is_last = piece.size() == unsent_.size();
        if (!send_frame(is_continued_ ? kContinuation : kBinary, piece, is_last)) {
            break;
        }
        unsent_.remove_prefix(piece.size());
        is_continued_ = true;
        is_sending_ = !is_last;
        sent = true;
    }
    return sent;
}

void WebSocket::close(std::uint16_t code) {
    if (state_ == State::kOpen) {
        const char bytes[] = {static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
        send_frame(kClose, {bytes, sizeof bytes});
        end_sending(State::kClosing);
    }
}

// Nothing is sent in `state`, and a binary message that was on its way stays cut.
void WebSocket::end_sending(State state) {
    state_ = state;
    is_sending_ = false;
    unsent_ = {};
}

bool WebSocket::send_frame(Opcode opcode, std::string_view payload, bool is_last) {
    std::array<char, 10 + kMaskSize + 512> buffer;
    std::size_t size = 0;
    const auto put = [&](std::uint64_t byte) { buffer[size++] = static_cast<char>(byte & 0xFF); };
    const std::size_t length_size = payload.size() < 126 ? 0 : payload.size() <= 0xFFFF ? 2 : 8;
    if (2 + length_size + kMaskSize + payload.size() > port_.room()) {
        return false;
    }
    put((is_last ? kFin : 0) | opcode);
    put(kMasked | (length_size == 0 ? payload.size() : length_size == 2 ? 126 : 127));
    for (std::size_t i = length_size; i-- > 0;) {
        put(std::uint64_t{payload.size()} >> (8 * i));
    }
    const std::uint32_t mask = random_.next();
    for (std::size_t i = 0; i < kMaskSize; ++i) {
        put(mask >> (8 * i));
    }
    for (std::size_t i = 0; i < payload.size(); ++i) {
        if (size == buffer.size()) {
            port_.transmit({buffer.data(), size});
            size = 0;
        }
        put(static_cast<unsigned char>(payload[i]) ^ mask >> (8 * (i % kMaskSize)));
    }
    port_.transmit({buffer.data(), size});
    return true;
}

}  // namespace peerlens
