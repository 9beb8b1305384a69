// The setup page, as it was when this was built.
#pragma once

#include <string_view>

namespace peerlens {

// provisioning/page.html; the build makes an array of its bytes.
std::string_view setup_page();

}  // namespace peerlens
