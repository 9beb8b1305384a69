// When no other credential is asked for than the password of the device's own Wi-Fi.
#pragma once

#include <string_view>

namespace peerlens {

class SetupWindow {
public:
    // Whether whoever is connected was let in by that password, and nobody else can be.
    virtual bool is_open() const = 0;

protected:
    ~SetupWindow() = default;
};

// Whether `host`, of a request, is an address in numbers, with or without a port. In the device's
// own Wi-Fi all names lead to the device, so that any site's page would pass for one of its own;
// but none is called by a number.
inline bool is_number_host(std::string_view host) {
    const bool bracketed = host.substr(0, 1) == "[";
    const std::size_t end = bracketed ? host.find(']') : host.rfind(':');
    std::string_view number = host.substr(0, end);
    number.remove_prefix(bracketed ? 1 : 0);
    const std::string_view allowed = bracketed ? "0123456789abcdefABCDEF:." : "0123456789.";
    return !number.empty() && number.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace peerlens
