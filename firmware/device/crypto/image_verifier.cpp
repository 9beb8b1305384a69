#include "device/crypto/image_verifier.hpp"

#include <mbedtls/base64.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace peerlens {
namespace {

constexpr std::size_t kNumber = 32;  // of r and of s
constexpr std::size_t kPoint = 1 + 2 * kNumber;

// What stands before a point of P-256 in a SubjectPublicKeyInfo (RFC 5480).
constexpr std::array<unsigned char, 26> kKeyPrefix{
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
    0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};

// A signature as mbedTLS reads it: SEQUENCE { INTEGER r, INTEGER s } in DER.
struct Der {
    std::array<unsigned char, 2 + 2 * (2 + 1 + kNumber)> bytes;
    std::size_t size = 2;

    // Without the zeros at its beginning, but with one before a first bit that would be a sign.
    void add(const std::uint8_t* number) {
        std::size_t skipped = 0;
        while (skipped + 1 < kNumber && number[skipped] == 0) {
            ++skipped;
        }
        const bool padded = (number[skipped] & 0x80) != 0;
        bytes[size++] = 0x02;
        bytes[size++] = static_cast<unsigned char>(kNumber - skipped + (padded ? 1 : 0));
        if (padded) {
            bytes[size++] = 0;
        }
        std::copy(number + skipped, number + kNumber, bytes.begin() + size);
        size += kNumber - skipped;
    }
};

Der der_of(const EcdsaSignature& signature) {
    Der der;
    der.add(signature.data());
    der.add(signature.data() + kNumber);
    der.bytes[0] = 0x30;
    der.bytes[1] = static_cast<unsigned char>(der.size - 2);
    return der;
}

const unsigned char* octets(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

const mbedtls_md_info_t* sha256() {
    return mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
}

}  // namespace

ImageVerifier::ImageVerifier() {
    mbedtls_pk_init(&key_);
    mbedtls_md_init(&digest_);
}

ImageVerifier::~ImageVerifier() {
    mbedtls_pk_free(&key_);
    mbedtls_md_free(&digest_);
}

bool ImageVerifier::set_key(std::string_view base64) {
    mbedtls_pk_free(&key_);
    mbedtls_pk_init(&key_);
    has_key_ = false;
    if (base64.empty()) {
        return true;
    }
    std::array<unsigned char, kKeyPrefix.size() + kPoint> der;
    std::copy(kKeyPrefix.begin(), kKeyPrefix.end(), der.begin());
    std::size_t size = 0;
    has_key_ = mbedtls_base64_decode(der.data() + kKeyPrefix.size(), kPoint, &size, octets(base64),
                                     base64.size()) == 0 &&
               size == kPoint && mbedtls_pk_parse_public_key(&key_, der.data(), der.size()) == 0;
    return has_key_;
}

bool ImageVerifier::verify(std::string_view bytes, const EcdsaSignature& signature) {
    Sha256Digest digest;
    if (!has_key_ || mbedtls_md(sha256(), octets(bytes), bytes.size(), digest.data()) != 0) {
        return false;
    }
    const Der der = der_of(signature);
    return mbedtls_pk_verify(&key_, MBEDTLS_MD_SHA256, digest.data(), digest.size(),
                             der.bytes.data(), der.size) == 0;
}

void ImageVerifier::begin() {
    mbedtls_md_free(&digest_);
    mbedtls_md_init(&digest_);
    digesting_ = mbedtls_md_setup(&digest_, sha256(), 0) == 0 && mbedtls_md_starts(&digest_) == 0;
}

void ImageVerifier::add(std::string_view bytes) {
    digesting_ = digesting_ && mbedtls_md_update(&digest_, octets(bytes), bytes.size()) == 0;
}

Sha256Digest ImageVerifier::finish() {
    Sha256Digest digest{};
    if (!digesting_ || mbedtls_md_finish(&digest_, digest.data()) != 0) {
        digest.fill(0);
    }
    digesting_ = false;
    mbedtls_md_free(&digest_);
    mbedtls_md_init(&digest_);
    return digest;
}

}  // namespace peerlens
