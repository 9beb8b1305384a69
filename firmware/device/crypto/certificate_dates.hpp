// When a certificate is valid.
#pragma once

#include <mbedtls/x509_crt.h>

#include <cstdint>

namespace peerlens {

// Seconds since 1970-01-01 UTC of a time in a certificate.
std::int64_t seconds_of(const mbedtls_x509_time& time);

// The day before this file was compiled, in any time zone, in seconds since 1970: it is never
// earlier than that.
std::int64_t built_at();

// MBEDTLS_X509_BADCERT_EXPIRED, _FUTURE or 0. Where `now` is 0, the time of day is not known:
// then the certificate must not have ended before this firmware was built.
std::uint32_t date_flags(const mbedtls_x509_crt& certificate, std::int64_t now);

}  // namespace peerlens
