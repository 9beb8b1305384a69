// What `/status` tells of a control board.
#pragma once

#include <cstdint>

#include "device/board_control.hpp"
#include "drive/loop_timing.hpp"
#include "http/status_handler.hpp"

namespace peerlens {

// "state", "outputs" (as pin levels), "commands", "loop".
class BoardStatus final : public StatusPart {
public:
    BoardStatus(const BoardControl& control, const LoopTiming& timing)
        : control_(control), timing_(timing) {}

    void write(JsonWriter& json, std::uint32_t now) override;

private:
    const BoardControl& control_;
    const LoopTiming& timing_;
};

}  // namespace peerlens
