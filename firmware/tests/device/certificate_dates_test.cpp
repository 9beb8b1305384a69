#include "device/crypto/certificate_dates.hpp"

#include <gtest/gtest.h>

#include <ctime>

namespace peerlens {
namespace {

mbedtls_x509_time at(int year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
    mbedtls_x509_time time{};
    time.year = year;
    time.mon = month;
    time.day = day;
    time.hour = hour;
    time.min = minute;
    time.sec = second;
    return time;
}

mbedtls_x509_crt certificate(const mbedtls_x509_time& from, const mbedtls_x509_time& to) {
    mbedtls_x509_crt made;
    mbedtls_x509_crt_init(&made);
    made.valid_from = from;
    made.valid_to = to;
    return made;
}

TEST(CertificateDates, AreSecondsSince1970) {
    EXPECT_EQ(seconds_of(at(1970, 1, 1)), 0);
    EXPECT_EQ(seconds_of(at(2000, 2, 29, 23, 59, 59)), 951'868'799);
    EXPECT_EQ(seconds_of(at(2026, 3, 1)), 1'772'323'200);
    EXPECT_EQ(seconds_of(at(2100, 3, 1)), 4'107'542'400);  // no leap year
    EXPECT_EQ(seconds_of(at(9999, 12, 31, 23, 59, 59)), 253'402'300'799);
}

TEST(CertificateDates, KnowTheDayOfTheBuild) {
    const std::int64_t now = std::time(nullptr);
    EXPECT_LE(built_at(), now);
    EXPECT_GT(built_at(), now - 366LL * 86'400);
    EXPECT_EQ(built_at() % 86'400, 0);
}

TEST(CertificateDates, BoundTheTimeOfDay) {
    const mbedtls_x509_crt made = certificate(at(2026, 1, 1), at(2026, 1, 2));
    const std::int64_t from = seconds_of(made.valid_from);
    const std::int64_t to = seconds_of(made.valid_to);
    EXPECT_EQ(date_flags(made, from - 1), std::uint32_t{MBEDTLS_X509_BADCERT_FUTURE});
    EXPECT_EQ(date_flags(made, from), 0u);
    EXPECT_EQ(date_flags(made, to), 0u);
    EXPECT_EQ(date_flags(made, to + 1), std::uint32_t{MBEDTLS_X509_BADCERT_EXPIRED});
}

TEST(CertificateDates, WithoutATimeOfDayOnlyWhatEndedBeforeTheBuildIsRefused) {
    EXPECT_EQ(date_flags(certificate(at(2100, 1, 1), at(2101, 1, 1)), 0), 0u);
    EXPECT_EQ(date_flags(certificate(at(2000, 1, 1), at(2025, 1, 1)), 0),
              std::uint32_t{MBEDTLS_X509_BADCERT_EXPIRED});
}

}  // namespace
}  // namespace peerlens
