// From the settings of a device to what its board does.
#pragma once

#include <string_view>

#include "device/board_control.hpp"
#include "settings/settings.hpp"

namespace peerlens {

// `settings` and the texts must outlive what is returned.
BoardControlSettings board_control_settings(const Settings& settings, std::string_view model,
                                            std::string_view firmware);

}  // namespace peerlens
