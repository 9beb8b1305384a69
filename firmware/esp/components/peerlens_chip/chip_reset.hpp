// Why the chip has booted.
#pragma once

#include "status/reset_reason.hpp"

namespace peerlens {

ResetReason chip_reset_reason();

}  // namespace peerlens
