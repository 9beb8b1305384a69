#include "device/crypto/certificate_address.hpp"

#include <arpa/inet.h>
#include <mbedtls/asn1.h>
#include <mbedtls/oid.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace peerlens {
namespace {

constexpr int kIpAddress = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7;  // of a GeneralName
constexpr int kSequence = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;

// What is left of an encoded structure.
struct Der {
    unsigned char* at;
    unsigned char* end;

    // Step into the value of the next element, which must have this tag, and behind it. Returns
    // an empty Der otherwise.
    Der take(int tag) {
        std::size_t length = 0;
        if (at == end || mbedtls_asn1_get_tag(&at, end, &length, tag) != 0) {
            return {end, end};
        }
        const Der inside{at, at + length};
        at += length;
        return inside;
    }
    int tag() const { return *at; }
    bool empty() const { return at == end; }
    std::size_t size() const { return static_cast<std::size_t>(end - at); }
};

struct NumericAddress {
    std::array<unsigned char, 16> bytes{};
    std::size_t size = 0;

    explicit NumericAddress(const char* text) {
        if (inet_pton(AF_INET, text, bytes.data()) == 1) {
            size = 4;
        } else if (inet_pton(AF_INET6, text, bytes.data()) == 1) {
            size = 16;
        }
    }
};

bool lists(Der names, const NumericAddress& address) {
    while (!names.empty()) {
        const int tag = names.tag();
        const Der name = names.take(tag);
        if (tag == kIpAddress && name.size() == address.size &&
            std::memcmp(name.at, address.bytes.data(), address.size) == 0) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool is_made_out_for_address(const mbedtls_x509_crt& certificate, const char* host) {
    const NumericAddress address(host);
    const mbedtls_x509_buf& raw = certificate.v3_ext;
    if (address.size == 0 || raw.p == nullptr) {
        return false;
    }
    Der all{raw.p, raw.p + raw.len};
    Der extensions = all.take(kSequence);
    constexpr std::size_t kNameSize = sizeof(MBEDTLS_OID_SUBJECT_ALT_NAME) - 1;
    while (!extensions.empty()) {
        Der extension = extensions.take(kSequence);
        const Der name = extension.take(MBEDTLS_ASN1_OID);
        if (!extension.empty() && extension.tag() == MBEDTLS_ASN1_BOOLEAN) {
            extension.take(MBEDTLS_ASN1_BOOLEAN);  // whether it is critical
        }
        Der value = extension.take(MBEDTLS_ASN1_OCTET_STRING);
        if (name.size() == kNameSize &&
            std::memcmp(name.at, MBEDTLS_OID_SUBJECT_ALT_NAME, kNameSize) == 0 &&
            lists(value.take(kSequence), address)) {
            return true;
        }
    }
    return false;
}

}  // namespace peerlens
