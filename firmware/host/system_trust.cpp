#include "host/system_trust.hpp"

#include <cstdlib>

namespace peerlens {

const char* SystemTrust::install(mbedtls_ssl_config& config) {
    if (!loaded_) {
        const char* named = std::getenv("SSL_CERT_FILE");
        const std::string file = named != nullptr ? named : "/etc/ssl/certs/ca-certificates.crt";
        // More than 0 is how many of them this mbedTLS cannot read: the others are trusted.
        if (mbedtls_x509_crt_parse_file(&authorities_, file.c_str()) < 0) {
            wrong_ = "cannot read the trusted authorities in " + file;
            return wrong_.c_str();
        }
        loaded_ = true;
    }
    mbedtls_ssl_conf_ca_chain(&config, &authorities_, nullptr);
    return "";
}

}  // namespace peerlens
