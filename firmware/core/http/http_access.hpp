// Who may do what on a device.
#pragma once

#include <cstdint>
#include <string_view>

namespace peerlens {

// What an address asks of whoever wants something there; each includes the ones before.
enum class HttpAccess : std::uint8_t {
    kPublic,  // nothing
    kLook,    // the token (Bearer), or the password
    kAdmin,   // user and password (Basic)
};

// What is right. The text must outlive whoever was told.
struct HttpSecrets {
    std::string_view user;
    std::string_view password;   // empty: nobody may do anything that asks for it
    std::string_view token;      // empty: there is none
    bool open_pictures = false;  // looking is free
    bool open = false;           // all is free: for a program on somebody's own machine
};

}  // namespace peerlens
