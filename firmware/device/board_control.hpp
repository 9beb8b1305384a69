// What a board does between its link and its pins, without a socket.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "device/pins.hpp"
#include "drive/battery.hpp"
#include "drive/board.hpp"
#include "drive/output_gate.hpp"
#include "drive/pin_outputs.hpp"
#include "drive/pin_settings.hpp"
#include "update/update_gate.hpp"

namespace peerlens {

struct BoardControlSettings {
    BoardSettings board;
    PinSettings pins;
    BatterySettings battery;
};

// The loop calls begin_pass(), then whatever came by the link, then end_pass(), at least every
// 20 ms; the port's timer calls gate().check(). What stops the car is written to the pins at once:
// before an answer leaves, and before a lost link is dealt with, which may take long (TLS).
class BoardControl final : public UpdateGate {
public:
    // A loop that is not back after so long hangs.
    static constexpr std::int32_t kWatchdogMs = 200;

    // `neutral(context)` is for the gate: it makes the pins neutral, from the timer's interrupt.
    BoardControl(const BoardControlSettings& settings, BoardPort& port, Pins& pins,
                 std::uint32_t now, void (*neutral)(void*), void* context);

    void begin_pass(std::uint32_t now);
    void end_pass(std::uint32_t now);
    void link_opened(std::uint32_t now);
    void received(std::uint32_t now, std::string_view text);
    void link_lost(std::uint32_t now);
    // What the sensors gave; nothing where there is none.
    void measured(std::uint32_t now, std::optional<double> battery_mv,
                  std::optional<double> rssi_dbm);
    // The program ends: neutral, and nothing more.
    void end(std::uint32_t now);

    // UpdateGate: only a disarmed board takes an update, and while it does it cannot be armed.
    std::string_view obstacle() const override;
    void hold(bool held) override { held_ = held; }

    const Board& board() const { return board_; }
    OutputGate& gate() { return gate_; }
    // What the pins got last.
    const PinLevels& levels() const { return levels_; }
    // How often the loop was given up.
    std::uint32_t stalls() const { return stalls_; }

private:
    void write(std::uint32_t now, const Outputs& outputs);

    Board board_;
    Battery battery_;
    PinOutputs pin_outputs_;
    OutputGate gate_;
    Pins& pins_;
    PinLevels levels_;
    std::uint32_t measured_at_;
    std::uint32_t stalls_ = 0;
    bool held_ = false;
};

}  // namespace peerlens
