// Text of strangers, for the lines of a twin's output.
#pragma once

#include <string>
#include <string_view>

#include "base/printable.hpp"

namespace peerlens {

// At most 200 bytes of it, on one line.
inline std::string printable(std::string_view text) {
    std::string out(text.substr(0, 200));
    make_printable(out.data(), out.size());
    return out;
}

}  // namespace peerlens
