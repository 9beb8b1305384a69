// What a camera holds from its boot on; size_report.py reads how large each is. Pictures are in
// PSRAM, and not here.
#include "device/camera_device.hpp"
#include "device/camera_uplink.hpp"
#include "settings/settings_keeper.hpp"

namespace peerlens::camera_memory {

extern char camera_device[sizeof(CameraDevice)];
extern char camera_uplink[sizeof(CameraUplink)];
extern char settings_keeper[sizeof(SettingsKeeper)];

char camera_device[sizeof(CameraDevice)];
char camera_uplink[sizeof(CameraUplink)];
char settings_keeper[sizeof(SettingsKeeper)];

}  // namespace peerlens::camera_memory
