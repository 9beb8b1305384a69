#include "device/board_status.hpp"

#include "drive/failsafe.hpp"

namespace peerlens {
namespace {

void add(JsonWriter& json, std::string_view name, std::uint16_t level) {
    json.add(name, std::uint32_t{level});
}

}  // namespace

void BoardStatus::write(JsonWriter& json, std::uint32_t) {
    const Board& board = control_.board();
    json.add("state", name_of(board.outputs().state));
    const PinLevels& levels = control_.levels();
    json.open("outputs");
    add(json, "steeringUs", levels.motion.steering_us);
    add(json, "escUs", levels.motion.esc_us);
    add(json, "forwardDuty", levels.motion.forward_duty);
    add(json, "reverseDuty", levels.motion.reverse_duty);
    json.add("horn", levels.motion.horn);
    json.add("lights", levels.lights);
    add(json, "panUs", levels.pan_us);
    add(json, "tiltUs", levels.tilt_us);
    json.close();
    json.open("commands");
    json.add("refused", board.refused());
    json.add("dropped", board.dropped());
    json.close();
    json.open("loop");
    json.add("passes", timing_.passes());
    json.add("lateP99Us", timing_.late_us(0.99));
    json.add("lateMostUs", timing_.longest_us());
    json.add("stalls", control_.stalls());
    json.close();
}

}  // namespace peerlens
