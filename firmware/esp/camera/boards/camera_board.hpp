// The board that was chosen: kTarget, kModel and kPins.
#pragma once

#include <sdkconfig.h>

#if CONFIG_PEERLENS_BOARD_AI_THINKER_S3
#include "ai_thinker_s3.hpp"
#elif CONFIG_PEERLENS_BOARD_XIAO_S3_SENSE
#include "xiao_s3_sense.hpp"
#elif CONFIG_PEERLENS_BOARD_S3_EYE
#include "s3_eye.hpp"
#elif CONFIG_PEERLENS_BOARD_FREENOVE_S3
#include "freenove_s3.hpp"
#else
#error "no board was chosen: idf.py menuconfig, Peerlens camera"
#endif
