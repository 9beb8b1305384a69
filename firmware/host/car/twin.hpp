// The loop of the host twin: joins core, socket, clock and outputs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "arguments.hpp"
#include "base/backoff.hpp"
#include "drive/board.hpp"
#include "monotonic_clock.hpp"
#include "printed_outputs.hpp"
#include "simulated_health.hpp"
#include "standard_output.hpp"
#include "system_random.hpp"
#include "tcp_connection.hpp"
#include "drive/watchdog.hpp"
#include "websocket/websocket.hpp"

namespace peerlens {

class Twin final : private BoardPort, private WebSocketPort {
public:
    static constexpr int kTickMs = 5;
    static constexpr std::int32_t kWatchdogMs = 200;
    static constexpr std::uint32_t kConnectTimeoutMs = 3000;
    static constexpr std::uint32_t kRefusedRetryMs = 10'000;

    explicit Twin(const Arguments& arguments);

    // Run until SIGTERM or SIGINT, until stdout is closed, or until another board takes this
    // one's name; returns the exit code.
    int run();

private:
    // BoardPort
    void send(std::string_view text) override;
    void obeyed(std::uint32_t seq) override;
    void refused(const Error& error) override;
    // WebSocketPort
    std::size_t room() const override;
    void transmit(std::string_view bytes) override;
    void opened() override;
    void message(std::string_view text) override;
    void closed(std::uint16_t code, std::string_view reason) override;

    void pass();
    void wait(short& happened);
    void serve_socket(short happened);
    void read_socket();
    void keep_connected();
    void drop(const std::string& reason, std::uint32_t retry_ms);
    void tell_link_up();
    void tell_health();
    void end();

    const Arguments arguments_;
    const MonotonicClock clock_;
    SystemRandom random_;
    StandardOutput output_;
    Watchdog watchdog_;
    PrintedOutputs outputs_;
    Board board_;
    TcpConnection tcp_;
    WebSocket websocket_;
    Backoff backoff_;
    SimulatedHealth health_;

    std::uint32_t now_;  // of this pass
    const std::uint64_t started_us_;
    std::uint32_t connect_at_;     // when to try next, or, connecting, when it began
    std::uint32_t retry_ms_ = 0;
    std::uint32_t measured_at_;
    bool told_up_ = false;
    bool superseded_ = false;
    std::string told_reason_;
    std::string told_refusal_;
};

}  // namespace peerlens
