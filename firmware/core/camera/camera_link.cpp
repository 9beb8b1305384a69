#include "camera/camera_link.hpp"

#include <variant>

namespace peerlens {

void CameraLink::link_opened(std::uint32_t now, const RegisterCamera& who, bool pushes) {
    link_lost();
    link_ = LinkState::kRegistering;
    pushes_ = pushes;
    opened_at_ = now;
    heard_at_ = now;
    port_.send(encoder_.encode(who));
}

void CameraLink::link_lost() {
    link_ = LinkState::kDown;
    frame_.release();
    owes_ping_ = false;
}

void CameraLink::tick(std::uint32_t now) {
    if (link_ != LinkState::kRegistering && link_ != LinkState::kUp) {
        return;
    }
    if (is_silent(now)) {
        link_lost();
        link_ = LinkState::kDead;
        return;
    }
    if (link_ != LinkState::kUp) {
        return;
    }
    if (pushes_) {
        push(now);
    }
    if (now - pinged_at_ >= kPingMs && pacer_.unconfirmed() == 0) {
        ping(now);
    }
}

int CameraLink::patience_ms(std::uint32_t now) const {
    const bool waits_to_push = link_ == LinkState::kUp && pushes_ && !frame_;
    return waits_to_push ? static_cast<int>(pacer_.wait_ms(now)) : 1000;
}

bool CameraLink::is_silent(std::uint32_t now) const {
    const bool is_pushing = pushes_ && link_ == LinkState::kUp;
    return now - heard_at_ >= (is_pushing ? kPushSilenceMs : kSilenceMs);
}

void CameraLink::push(std::uint32_t now) {
    if (frame_ && !port_.is_sending()) {
        frame_.release();
        owes_ping_ = true;
        ++pushed_;
    }
    if (owes_ping_ && ping(now)) {
        owes_ping_ = false;
        pacer_.handed_over(ping_id_);
    }
    if (!frame_ && pacer_.may_begin(now)) {
        begin_picture(now);
    }
}

void CameraLink::begin_picture(std::uint32_t now) {
    FrameHold newest = frames_.newest(sequence_);
    if (!newest || !port_.send_picture(newest.jpeg())) {
        return;
    }
    const std::uint32_t missed = newest.sequence() - sequence_ - 1;
    left_out_ += sequence_ > 0 ? missed : 0;
    sequence_ = newest.sequence();
    pacer_.began(now, newest.jpeg().size());
    frame_ = static_cast<FrameHold&&>(newest);
}

bool CameraLink::ping(std::uint32_t now) {
    if (!port_.send(encoder_.encode(Ping{ping_id_ + 1}))) {
        return false;
    }
    ++ping_id_;
    pinged_at_ = now;
    return true;
}

void CameraLink::received(std::uint32_t now, std::string_view text) {
    if (link_ != LinkState::kRegistering && link_ != LinkState::kUp) {
        return;
    }
    const GatewayToBoard message = decoder_.decode(text);
    std::visit([&](const auto& each) { handle(now, each); }, message);
}

void CameraLink::handle(std::uint32_t now, const Registered& message) {
    if (message.v != kProtocolVersion || link_ != LinkState::kRegistering) {
        handle(now, Problem::kInvalidField);
        return;
    }
    heard_at_ = now;
    pinged_at_ = now;
    link_ = LinkState::kUp;
    pacer_.begin_link(now - opened_at_);
}

void CameraLink::handle(std::uint32_t now, const Error& message) {
    heard_at_ = now;
    port_.refused(message);
}

void CameraLink::handle(std::uint32_t now, const Ping& message) {
    heard_at_ = now;
    port_.send(encoder_.encode(Pong{message.id}));
}

void CameraLink::handle(std::uint32_t now, const Pong& message) {
    heard_at_ = now;
    pacer_.answered(now, message.id);
}

// Garbage is counted, and is no sign of life.
void CameraLink::handle(std::uint32_t, Problem) {
    ++refused_;
}

}  // namespace peerlens
