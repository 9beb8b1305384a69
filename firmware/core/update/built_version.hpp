// The version that this program was built as.
#pragma once

#include "update/version.hpp"

#ifndef PEERLENS_VERSION
#define PEERLENS_VERSION 0, 1, 0
#endif

namespace peerlens {

// Build with -DPEERLENS_VERSION=1,4,12 for another one.
constexpr Version kBuiltVersion{{PEERLENS_VERSION}};

}  // namespace peerlens
