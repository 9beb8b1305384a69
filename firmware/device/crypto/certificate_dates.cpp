#include "device/crypto/certificate_dates.hpp"

#include <cstring>

namespace peerlens {
namespace {

constexpr std::int64_t kDay = 86'400;

// Days since 1970-01-01 in the Gregorian calendar: years begin in March, so that the day that some
// of them lack is their last.
std::int64_t days(std::int64_t year, std::int64_t month, std::int64_t day) {
    const std::int64_t shifted = month > 2 ? year : year - 1;
    const std::int64_t march = month > 2 ? month - 3 : month + 9;
    const std::int64_t leaps = shifted / 4 - shifted / 100 + shifted / 400;
    constexpr std::int64_t kEpoch = 719'468;  // of 1970-01-01, counted so
    return shifted * 365 + leaps + (march * 153 + 2) / 5 + day - 1 - kEpoch;
}

}  // namespace

std::int64_t seconds_of(const mbedtls_x509_time& time) {
    const std::int64_t minutes = std::int64_t{time.hour} * 60 + time.min;
    return days(time.year, time.mon, time.day) * kDay + minutes * 60 + time.sec;
}

std::int64_t built_at() {
    constexpr char kDate[] = __DATE__;  // as in "Jan  2 2030"
    constexpr char kMonths[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const auto digit = [](char c) { return c == ' ' ? 0 : c - '0'; };
    std::int64_t month = 1;
    while (month < 12 && std::memcmp(kMonths + 3 * (month - 1), kDate, 3) != 0) {
        ++month;
    }
    const std::int64_t day = digit(kDate[4]) * 10 + digit(kDate[5]);
    const std::int64_t year =
        digit(kDate[7]) * 1000 + digit(kDate[8]) * 100 + digit(kDate[9]) * 10 + digit(kDate[10]);
    return (days(year, month, day) - 1) * kDay;
}

std::uint32_t date_flags(const mbedtls_x509_crt& certificate, std::int64_t now) {
    const std::int64_t from = seconds_of(certificate.valid_from);
    const std::int64_t to = seconds_of(certificate.valid_to);
    if (now == 0) {
        return to < built_at() ? std::uint32_t{MBEDTLS_X509_BADCERT_EXPIRED} : 0;
    }
    if (now > to) {
        return MBEDTLS_X509_BADCERT_EXPIRED;
    }
    return now < from ? std::uint32_t{MBEDTLS_X509_BADCERT_FUTURE} : 0;
}

}  // namespace peerlens
