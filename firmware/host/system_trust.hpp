// The authorities that this system trusts.
#pragma once

#include <mbedtls/x509_crt.h>

#include <string>

#include "device/crypto/trust.hpp"

namespace peerlens {

// Reads the file that SSL_CERT_FILE names, or the usual one, when it is first needed.
class SystemTrust final : public BuiltInTrust {
public:
    SystemTrust() { mbedtls_x509_crt_init(&authorities_); }
    ~SystemTrust() { mbedtls_x509_crt_free(&authorities_); }
    SystemTrust(const SystemTrust&) = delete;
    SystemTrust& operator=(const SystemTrust&) = delete;

    const char* install(mbedtls_ssl_config& config) override;
    // All that there is, is in `config`.
    void vouch(mbedtls_x509_crt&, int, std::uint32_t&) override {}

private:
    mbedtls_x509_crt authorities_;
    bool loaded_ = false;
    std::string wrong_;
};

}  // namespace peerlens
