#include "device/board_control.hpp"

#include <cmath>

namespace peerlens {
namespace {

double rounded(double value, double steps) {
    return std::round(value * steps) / steps;
}

}  // namespace

BoardControl::BoardControl(const BoardControlSettings& settings, BoardPort& port, Pins& pins,
                           std::uint32_t now, void (*neutral)(void*), void* context)
    : board_(settings.board, port, now),
      battery_(settings.battery),
      pin_outputs_(settings.pins, settings.board.capabilities, now),
      gate_(kWatchdogMs, now, neutral, context),
      pins_(pins),
      measured_at_(now) {
    pins_.begin(pin_outputs_.neutral());
    levels_ = pin_outputs_.at_boot();
    pins_.write(levels_, board_.outputs());
}

void BoardControl::begin_pass(std::uint32_t now) {
    if (gate_.feed(now)) {
        ++stalls_;
        board_.was_stalled(now);
    }
    board_.hold(now, held_ || !pin_outputs_.is_ready(now));
    board_.tick(now);
}

// The time is read anew for it: the program may have been stopped since the pass began.
void BoardControl::end_pass(std::uint32_t now) {
    board_.hold(now, held_ || !pin_outputs_.is_ready(now));
    board_.tick(now);
    write(now, board_.outputs());
}

void BoardControl::link_opened(std::uint32_t now) {
    board_.link_opened(now);
    write(now, board_.outputs());
}

void BoardControl::received(std::uint32_t now, std::string_view text) {
    board_.received(now, text);
    write(now, board_.outputs());
}

void BoardControl::link_lost(std::uint32_t now) {
    board_.link_lost(now);
    write(now, board_.outputs());
}

void BoardControl::measured(std::uint32_t now, std::optional<double> battery_mv,
                            std::optional<double> rssi_dbm) {
    battery_.measured(battery_mv.value_or(0.0), now - measured_at_);
    measured_at_ = now;
    BoardHealth health;
    if (battery_.is_known()) {
        health.battery_v = rounded(battery_.volts(), 100.0);
        health.battery_percent = std::round(battery_.percent());
    }
    health.rssi_dbm = rssi_dbm;
    board_.measured(health);
}

void BoardControl::end(std::uint32_t now) {
    if (gate_.feed(now)) {
        ++stalls_;
    }
    write(now, made_neutral(board_.outputs()));
}

std::string_view BoardControl::obstacle() const {
    switch (board_.outputs().state) {
        case DriveState::kDisarmed: return {};
        case DriveState::kStopped:
            // A reboot would forget that somebody stopped it.
            return "the car is stopped: clear the emergency stop first";
        default: return "the car is being driven: release it first";
    }
}

void BoardControl::write(std::uint32_t now, const Outputs& outputs) {
    gate_.pass([&] {
        levels_ = pin_outputs_.levels(now, outputs);
        pins_.write(levels_, outputs);
    });
}

}  // namespace peerlens
