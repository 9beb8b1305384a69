// What a board holds from its boot on, with the shorter messages of a chip without PSRAM;
// size_report.py reads how large each is.
#define PEERLENS_MAX_MESSAGE 16'384

#include "device/board_device.hpp"
#include "settings/settings_keeper.hpp"

namespace peerlens::board_memory {

extern char board_device[sizeof(BoardDevice)];
extern char settings_keeper[sizeof(SettingsKeeper)];

char board_device[sizeof(BoardDevice)];
char settings_keeper[sizeof(SettingsKeeper)];

}  // namespace peerlens::board_memory
