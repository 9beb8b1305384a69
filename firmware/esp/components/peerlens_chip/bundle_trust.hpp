// The authorities that ESP-IDF brings along.
#pragma once

#include "device/crypto/trust.hpp"

namespace peerlens {

// Mozilla's list as ESP-IDF packs it (CONFIG_MBEDTLS_CERTIFICATE_BUNDLE).
class BundleTrust final : public BuiltInTrust {
public:
    const char* install(mbedtls_ssl_config& config) override;
    void vouch(mbedtls_x509_crt& certificate, int depth, std::uint32_t& flags) override;
};

}  // namespace peerlens
