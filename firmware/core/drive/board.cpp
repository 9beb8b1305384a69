#include "drive/board.hpp"

#include <algorithm>
#include <variant>

#include "drive/freshness.hpp"
#include "drive/sequence.hpp"

namespace peerlens {
namespace {

FailsafeSettings failsafe_of(const BoardLimits& limits) {
    FailsafeSettings settings;
    settings.command_timeout_ms =
        static_cast<std::uint32_t>(std::clamp(limits.failsafe_ms, 100.0, 500.0));
    return settings;
}

}  // namespace

Board::Board(const BoardSettings& settings, BoardPort& port, std::uint32_t now)
    : settings_(settings), port_(port), failsafe_(failsafe_of(settings.limits), now) {}

void Board::tick(std::uint32_t now) {
    failsafe_.tick(now);
    if (link_ == LinkState::kRegistering || link_ == LinkState::kUp) {
        keep_link(now);
    }
}

void Board::keep_link(std::uint32_t now) {
    if (now - heard_at_ >= kSilenceMs) {
        failsafe_.link_lost(now);
        link_ = LinkState::kDead;
        return;
    }
    if (link_ != LinkState::kUp) {
        return;
    }
    if (now - pinged_at_ >= kPingMs) {
        pinged_at_ = now;
        port_.send(encoder_.encode(Ping{++ping_id_}));
    }
    if (now - told_at_ >= kTelemetryMs) {
        send_telemetry(now);
    }
}

void Board::link_opened(std::uint32_t now) {
    failsafe_.link_lost(now);
    link_ = LinkState::kRegistering;
    heard_at_ = now;
    has_seq_ = false;
    RegisterBoard message;
    message.device_id = settings_.device_id;
    message.token = settings_.token;
    message.capabilities = settings_.capabilities;
    message.limits = settings_.limits;
    message.model = settings_.model;
    message.firmware = settings_.firmware;
    port_.send(encoder_.encode(message));
}

void Board::link_lost(std::uint32_t now) {
    failsafe_.link_lost(now);
    link_ = LinkState::kDown;
}

void Board::was_stalled(std::uint32_t now) {
    failsafe_.link_lost(now);
}

void Board::hold(std::uint32_t now, bool held) {
    if (held && !held_) {
        failsafe_.link_lost(now);
    }
    held_ = held;
}

void Board::received(std::uint32_t now, std::string_view text) {
    if (link_ != LinkState::kRegistering && link_ != LinkState::kUp) {
        return;
    }
    const GatewayToBoard message = decoder_.decode(text);
    std::visit([&](const auto& each) { handle(now, each); }, message);
}

void Board::handle(std::uint32_t now, const Registered& message) {
    if (message.v != kProtocolVersion || link_ != LinkState::kRegistering) {
        handle(now, Problem::kInvalidField);
        return;
    }
    heard_at_ = now;
    pinged_at_ = now;
    link_ = LinkState::kUp;
    send_telemetry(now);
}

void Board::handle(std::uint32_t now, const Actuate& message) {
    heard_at_ = now;
    const bool newer = !has_seq_ || is_newer(message.seq, seq_);
    if (link_ != LinkState::kUp || !newer || !is_fresh(message.heard, now, message.ttl_ms)) {
        ++dropped_;
        return;
    }
    has_seq_ = true;
    seq_ = message.seq;
    if (held_) {
        failsafe_.tick(now);
    } else {
        failsafe_.command(now, message.drive);
    }
    if (failsafe_.state() != DriveState::kStopped) {
        accessories_ = message.accessories;
    }
    port_.obeyed(message.seq);
    const DriveOutput does = outputs().drive;
    port_.send(
        encoder_.encode(Acted{message.seq, now, failsafe_.state(), does.throttle, does.steering}));
}

// Obeyed also before the registration is answered: nobody stops a car by mistake.
void Board::handle(std::uint32_t now, const Stop&) {
    heard_at_ = now;
    failsafe_.stop(now);
    send_telemetry(now);
}

void Board::handle(std::uint32_t now, const ClearStop&) {
    heard_at_ = now;
    failsafe_.clear(now);
    send_telemetry(now);
}

void Board::handle(std::uint32_t now, const Error& message) {
    heard_at_ = now;
    port_.refused(message);
}

void Board::handle(std::uint32_t now, const Ping& message) {
    heard_at_ = now;
    port_.send(encoder_.encode(Pong{message.id}));
}

void Board::handle(std::uint32_t now, const Pong&) {
    heard_at_ = now;
}

// Garbage is counted, and is no sign of life.
void Board::handle(std::uint32_t, Problem) {
    ++refused_;
}

void Board::send_telemetry(std::uint32_t now) {
    if (link_ == LinkState::kUp) {
        told_at_ = now;
        port_.send(encoder_.encode(Telemetry{now, failsafe_.state(), health_}));
    }
}

double Board::limited(double throttle) const {
    const double reverse = settings_.capabilities.reverse ? settings_.limits.reverse : 0.0;
    return std::clamp(throttle, -reverse, settings_.limits.forward);
}

Outputs Board::outputs() const {
    const BoardCapabilities& can = settings_.capabilities;
    const DriveState state = failsafe_.state();
    Outputs outputs{state, failsafe_.output(), accessories_};
    outputs.drive.throttle = limited(outputs.drive.throttle);
    // A horn that nobody keeps asking for falls silent; lights and servo stay.
    const bool heard = state == DriveState::kArmed || state == DriveState::kArming;
    outputs.accessories.horn = can.horn && heard && accessories_.horn;
    outputs.accessories.lights = can.lights && accessories_.lights;
    outputs.accessories.pan = can.pan ? accessories_.pan : 0.0;
    outputs.accessories.tilt = can.tilt ? accessories_.tilt : 0.0;
    return outputs;
}

}  // namespace peerlens
