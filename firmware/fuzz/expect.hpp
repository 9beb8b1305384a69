// What must hold in a fuzz target, whatever the input.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace peerlens {

inline void expect(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "does not hold: %s\n", what);
        std::abort();
    }
}

}  // namespace peerlens
