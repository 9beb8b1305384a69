// Why settings were refused.
#pragma once

#include "base/text.hpp"

namespace peerlens {

// `field` is the setting's name with its groups, as in wifi.password; empty when the whole is no
// settings. What a secret was is not told.
struct SettingsProblem {
    Text<80> field;
    Text<96> was;
    Text<160> expected;
};

}  // namespace peerlens
