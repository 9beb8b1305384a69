// Certificates that are made out for an IP address.
#pragma once

#include <mbedtls/x509_crt.h>

namespace peerlens {

// Whether `host` is a numeric IPv4 or IPv6 address and one of the certificate's alternative names
// is just that (RFC 5280, iPAddress). mbedTLS looks at these itself only from 3.5 on.
bool is_made_out_for_address(const mbedtls_x509_crt& certificate, const char* host);

}  // namespace peerlens
