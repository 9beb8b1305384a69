// The board that was chosen.
#pragma once

#include <sdkconfig.h>

#if CONFIG_PEERLENS_BOARD_DEVKIT_ESC
#include "devkit_esc.hpp"
#elif CONFIG_PEERLENS_BOARD_DEVKIT_BRIDGE
#include "devkit_bridge.hpp"
#else
#error "no board was chosen: idf.py menuconfig, Peerlens control board"
#endif
