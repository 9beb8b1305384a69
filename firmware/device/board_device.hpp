// The whole control board, but for what differs between the chip and the host.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/random.hpp"
#include "base/text.hpp"
#include "device/battery_sensor.hpp"
#include "device/board_control.hpp"
#include "device/board_events.hpp"
#include "device/board_status.hpp"
#include "device/clock.hpp"
#include "device/connection.hpp"
#include "device/http_listener.hpp"
#include "device/link_quality.hpp"
#include "device/loop.hpp"
#include "device/pins.hpp"
#include "device/websocket_link.hpp"
#include "drive/loop_timing.hpp"
#include "http/http_service.hpp"
#include "http/status_handler.hpp"

namespace peerlens {

// What the port gives a board; all of it must outlive the device.
struct BoardPortParts {
    const Clock& clock;
    Random& random;
    Connection& connection;
    Pins& pins;
    // For the timer's interrupt: `make_neutral(pins_context)`, see OutputGate.
    void (*make_neutral)(void*);
    void* pins_context;
    BatterySensor& battery;
    LinkQuality& radio;
    BoardEvents& events;
};

// Too large for a stack. One task (thread) calls pass() for ever; a hardware timer (another
// thread) calls gate().check() every 5 ms from then on. Settings, updates and what else a device
// has are added by whoever builds it: http().add(), status().add(), loop().add(); the board is
// their UpdateGate, control().
//
// Nothing here waits for longer than kTickMs, but two things compute for long on the chip: a TLS
// handshake, a second or two in all, and writing to flash. Neither can meet a car that moves: the
// handshake begins when the link is lost, which disarms, and the pins are neutral before it
// begins; flash is only written when obstacle() is empty. When either takes longer than 200 ms
// between two passes, the loop counts as hung like any other, and the timer holds the pins neutral.
class BoardDevice final : private BoardPort, private LinkSpeaker {
public:
    static constexpr int kTickMs = 5;
    static constexpr std::size_t kClients = 3;

    // The pins are neutral when this returns.
    BoardDevice(const BoardControlSettings& settings, const HttpSecrets& secrets,
                const BoardPortParts& port);

    // From the timer.
    OutputGate& gate() { return control_.gate(); }

    // All else is the loop's.
    BoardControl& control() { return control_; }
    WebSocketLink& link() { return link_; }
    HttpService& http() { return service_; }
    HttpListener& listener() { return listener_; }
    StatusHandler& status() { return status_; }
    Loop& loop() { return loop_; }
    const LoopTiming& timing() const { return timing_; }

    // Serve what happens within kTickMs.
    void pass();
    // The program ends: neutral, and goodbye.
    void end(std::string_view reason);

private:
    // What is done in each pass before everything else, and after.
    class Begin final : public Pollable {
    public:
        explicit Begin(BoardDevice& device) : device_(device) {}
        std::size_t watch(pollfd*, std::size_t) override { return 0; }
        void serve(const pollfd*, std::size_t, std::uint32_t now) override {
            device_.begin_pass(now);
        }

    private:
        BoardDevice& device_;
    };

    // BoardPort
    void send(std::string_view text) override { link_.send(text); }
    void obeyed(std::uint32_t seq) override { events_.obeyed(seq); }
    void refused(const Error& error) override;
    // LinkSpeaker
    void link_opened(std::uint32_t now) override { control_.link_opened(now); }
    void received(std::uint32_t now, std::string_view text) override {
        control_.received(now, text);
    }
    void link_passed(std::uint32_t) override {}
    void link_lost(std::uint32_t now) override { control_.link_lost(now); }
    LinkState link() const override { return control_.board().link(); }
    void tell_link(bool is_up, std::string_view reason) override;

    void begin_pass(std::uint32_t now);

    const Clock& clock_;
    BatterySensor& battery_;
    LinkQuality& radio_;
    BoardEvents& events_;
    BoardControl control_;
    LoopTiming timing_;
    WebSocketLink link_;
    HttpService service_;
    std::array<HttpClient, kClients> clients_;
    HttpListener listener_;
    BoardStatus board_status_;
    StatusHandler status_;
    Begin begin_;
    Loop loop_;
    std::uint32_t measured_at_;
    Text<300> told_refusal_;
};

}  // namespace peerlens
