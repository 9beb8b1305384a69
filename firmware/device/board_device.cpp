#include "device/board_device.hpp"

#include "drive/board.hpp"

namespace peerlens {

BoardDevice::BoardDevice(const BoardControlSettings& settings, const HttpSecrets& secrets,
                         const BoardPortParts& port)
    : clock_(port.clock),
      battery_(port.battery),
      radio_(port.radio),
      events_(port.events),
      control_(settings, *this, port.pins, port.clock.now(), port.make_neutral, port.pins_context),
      timing_(kTickMs * 1000, port.clock.microseconds32()),
      link_(port.connection, port.random, port.clock, *this),
      service_(secrets),
      listener_(service_, clients_.data(), clients_.size()),
      board_status_(control_, timing_),
      begin_(*this),
      loop_(port.clock),
      measured_at_(port.clock.now()) {
    status_.add(board_status_);
    service_.add(status_);
    loop_.add(begin_);
    loop_.add(link_);
    loop_.add(listener_);
    control_.measured(measured_at_, battery_.pin_mv(), radio_.rssi_dbm());
}

void BoardDevice::pass() {
    loop_.pass(kTickMs);
    control_.end_pass(clock_.now());
}

void BoardDevice::begin_pass(std::uint32_t now) {
    timing_.passed(clock_.microseconds32());
    control_.begin_pass(now);
    service_.tick(now);
    if (now - measured_at_ >= Board::kTelemetryMs) {
        measured_at_ = now;
        control_.measured(now, battery_.pin_mv(), radio_.rssi_dbm());
    }
}

void BoardDevice::end(std::string_view reason) {
    control_.end(clock_.now());
    link_.stop(reason);
    listener_.close();
}

void BoardDevice::refused(const Error& error) {
    char problem[128];
    char detail[160];
    const std::string_view what = error.problem.copy(problem, sizeof problem);
    const std::string_view why = error.detail.copy(detail, sizeof detail);
    Text<300> refusal;
    refusal.append(what);
    refusal.append(why);
    if (!(refusal == told_refusal_)) {
        events_.refused(what, why);
    }
    told_refusal_ = refusal;
}

void BoardDevice::tell_link(bool is_up, std::string_view reason) {
    if (is_up) {
        told_refusal_.clear();
        events_.link_up();
    } else {
        events_.link_down(reason);
    }
}

}  // namespace peerlens
