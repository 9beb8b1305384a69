#include "twin.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <chrono>
#include <thread>

#include "guard.hpp"
#include "signals.hpp"

namespace peerlens {
namespace {

constexpr std::uint16_t kGoingAway = 1001;
constexpr std::uint16_t kSuperseded = 4409;

// A person has to act first, but nobody watches a board: it asks again, seldom.
bool needs_a_person(std::uint16_t code) {
    return code == 4400 || code == 4401 || code == 4403 || code == 4426;
}

BoardSettings settings_of(const Arguments& arguments) {
    BoardSettings settings;
    settings.device_id = arguments.id;
    settings.token = arguments.token;
    settings.model = "twin-car";
    settings.firmware = "0.1.0";
    settings.capabilities = {true, true, true, true, true};
    settings.limits = arguments.limits;
    return settings;
}

// What a stranger sent must not break the lines of the output.
std::string printable(std::string_view text) {
    std::string out(text.substr(0, 200));
    const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; };
    std::replace_if(out.begin(), out.end(), is_control, '?');
    return out;
}

std::string printable(const JsonString& text) {
    char buffer[200];
    return printable(text.copy(buffer, sizeof buffer));
}

}  // namespace

Twin::Twin(const Arguments& arguments)
    : arguments_(arguments),
      clock_(arguments.boot_ms),
      watchdog_(kWatchdogMs, clock_.now()),
      outputs_(output_, watchdog_),
      board_(settings_of(arguments_), *this, clock_.now()),
      websocket_(*this, random_),
      health_(arguments.battery_percent),
      now_(clock_.now()),
      started_us_(MonotonicClock::microseconds()),
      connect_at_(now_),
      measured_at_(now_) {
    board_.measured(health_.after(0.0));
}

int Twin::run() {
    outputs_.set(board_.outputs());
    const Guard guard(outputs_, clock_);
    while (!Signals::is_stopping() && !output_.is_closed() && !superseded_) {
        pass();
    }
    end();
    return superseded_ ? 1 : 0;
}

void Twin::pass() {
    short happened = 0;
    wait(happened);
    now_ = clock_.now();
    if (watchdog_.feed(now_)) {
        board_.was_stalled(now_);
    }
    board_.tick(now_);
    serve_socket(happened);
    keep_connected();
    tell_link_up();
    tell_health();
    // Once more, with the time as it is now: this process may have been stopped since it began.
    now_ = clock_.now();
    board_.tick(now_);
    outputs_.set(board_.outputs());
    if (Signals::take_stall()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(arguments_.stall_ms));
    }
}

void Twin::wait(short& happened) {
    std::array<pollfd, 2> watched{};
    watched[0] = {1, 0, 0};  // stdout: only that nobody reads it any more
    watched[1] = {tcp_.descriptor(), tcp_.is_open() ? tcp_.events() : short{0}, 0};
    poll(watched.data(), watched.size(), kTickMs);
    if ((watched[0].revents & (POLLERR | POLLNVAL)) != 0) {
        output_.mark_closed();
    }
    happened = watched[1].revents;
}

void Twin::serve_socket(short happened) {
    if (!tcp_.is_open()) {
        return;
    }
    const bool was_connected = tcp_.is_connected();
    const std::string error = tcp_.advance(happened);
    if (!error.empty()) {
        return drop(error, 0);
    }
    if (!was_connected && tcp_.is_connected() &&
        !websocket_.start(arguments_.url.authority, arguments_.url.path)) {
        return drop("the URL is too long", kRefusedRetryMs);
    }
    if (tcp_.is_connected()) {
        read_socket();
    }
    // What was answered goes out at once, not after the next poll.
    if (tcp_.is_open()) {
        const std::string later = tcp_.advance(0);
        if (!later.empty()) {
            drop(later, 0);
        }
    }
}

// Reads a bounded amount in each pass, so that a flood cannot keep the loop from its tick.
void Twin::read_socket() {
    std::array<char, 16'384> buffer;
    std::string error;
    const std::string_view bytes = tcp_.receive(buffer.data(), buffer.size(), error);
    websocket_.received(bytes);
    if (!error.empty() && tcp_.is_open()) {
        drop(error, 0);
    }
}

void Twin::keep_connected() {
    const std::uint32_t waited_ms = now_ - connect_at_;
    if (board_.link() == LinkState::kDead) {
        return drop("silent", 0);
    }
    if (tcp_.is_open()) {
        if (board_.link() == LinkState::kDown && waited_ms >= kConnectTimeoutMs) {
            drop("connecting took too long", 0);
        }
        return;
    }
    if (waited_ms >= retry_ms_) {
        connect_at_ = now_;
        const std::string error = tcp_.connect(arguments_.url.host, arguments_.url.port);
        if (!error.empty()) {
            drop(error, 0);
        }
    }
}

// The link is over; try again after `retry_ms`, or after the next delay if that is 0.
void Twin::drop(const std::string& reason, std::uint32_t retry_ms) {
    board_.link_lost(now_);
    if (tcp_.is_open()) {
        websocket_.close(kGoingAway);
        tcp_.advance(0);
        tcp_.close();
    }
    connect_at_ = now_;
    retry_ms_ = retry_ms > 0 ? retry_ms : backoff_.next_ms(random_);
    // Once for each reason: a gateway may be away for days.
    if (told_up_ || reason != told_reason_) {
        output_.line("link down %s", printable(reason).c_str());
    }
    told_reason_ = reason;
    told_up_ = false;
}

void Twin::tell_link_up() {
    if (!told_up_ && board_.link() == LinkState::kUp) {
        told_up_ = true;
        told_refusal_.clear();
        backoff_.reset();
        output_.line("link up");
    }
}

void Twin::tell_health() {
    if (now_ - measured_at_ >= Board::kTelemetryMs) {
        measured_at_ = now_;
        const std::uint64_t ran_us = MonotonicClock::microseconds() - started_us_;
        board_.measured(health_.after(static_cast<double>(ran_us) / 1e6));
    }
}

void Twin::end() {
    now_ = clock_.now();
    watchdog_.feed(now_);
    outputs_.set(made_neutral(board_.outputs()));
    drop(superseded_ ? "another board has registered as " + arguments_.id : "stopping", 0);
}

void Twin::send(std::string_view text) {
    websocket_.send(text);
}

void Twin::obeyed(std::uint32_t seq) {
    if (arguments_.trace) {
        output_.line("cmd %" PRIu64 " %" PRIu32, MonotonicClock::microseconds(), seq);
    }
}

void Twin::refused(const Error& error) {
    const std::string refusal = printable(error.problem) + ": " + printable(error.detail);
    if (refusal != told_refusal_) {
        output_.line("refused %s", refusal.c_str());
    }
    told_refusal_ = refusal;
}

std::size_t Twin::room() const {
    return tcp_.room();
}

void Twin::transmit(std::string_view bytes) {
    tcp_.send(bytes);
}

void Twin::opened() {
    board_.link_opened(now_);
}

void Twin::message(std::string_view text) {
    now_ = clock_.now();
    board_.received(now_, text);
    outputs_.set(board_.outputs());  // before the answer leaves
}

void Twin::closed(std::uint16_t code, std::string_view reason) {
    superseded_ = code == kSuperseded;
    drop("closed " + std::to_string(code) + " " + std::string(reason),
         needs_a_person(code) ? kRefusedRetryMs : 0);
}

}  // namespace peerlens
