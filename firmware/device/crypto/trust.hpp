// Whom a device believes that a server is who it says it is.
#pragma once

#include <mbedtls/ssl.h>

#include <cstdint>

namespace peerlens {

// The authorities that are built in: on the host the system's file, on the chip ESP-IDF's bundle.
class BuiltInTrust {
public:
    // Make `config` trust them. Returns "" or why that cannot be.
    virtual const char* install(mbedtls_ssl_config& config) = 0;
    // Called for each certificate of a chain that nobody in `config` vouches for, its dates left
    // out (they are checked apart): clear MBEDTLS_X509_BADCERT_NOT_TRUSTED in `flags` for a
    // certificate that a built-in authority has signed. This is what the bundle of ESP-IDF wants.
    virtual void vouch(mbedtls_x509_crt& certificate, int depth, std::uint32_t& flags) = 0;

protected:
    ~BuiltInTrust() = default;
};

}  // namespace peerlens
