#include "device/board_settings.hpp"

namespace peerlens {

BoardControlSettings board_control_settings(const Settings& settings, std::string_view model,
                                            std::string_view firmware) {
    const BoardDeviceSettings& of_board = settings.board;
    BoardControlSettings made;
    made.board.device_id = settings.identity.id;
    made.board.token = settings.identity.token;
    made.board.model = model;
    made.board.firmware = firmware;
    made.board.capabilities = {of_board.lights, of_board.horn, of_board.pan, of_board.tilt,
                               of_board.reverse};
    made.board.limits = {of_board.most_forward, of_board.most_reverse,
                         static_cast<double>(of_board.failsafe_ms)};
    made.pins = of_board.pins;
    made.battery = of_board.battery;
    return made;
}

}  // namespace peerlens
