// Why the device is not in its network.
#pragma once

#include <cstdint>

namespace peerlens {

enum class WifiFailure : std::uint8_t {
    kNone,
    kNotFound,       // no network of that name
    kWrongPassword,  // or what looks like it: the handshake failed
    kNoAddress,      // joined, but nobody gave the device an address
    kOther,
};

inline const char* name_of(WifiFailure failure) {
    switch (failure) {
        case WifiFailure::kNone: return "";
        case WifiFailure::kNotFound: return "not-found";
        case WifiFailure::kWrongPassword: return "wrong-password";
        case WifiFailure::kNoAddress: return "no-address";
        case WifiFailure::kOther: return "other";
    }
    return "";
}

}  // namespace peerlens
