#include "device/crypto/image_verifier.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace peerlens {
namespace {

constexpr std::size_t kMostPem = 511;
constexpr std::size_t kNumber = 32;  // of r and of s

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

bool ImageVerifier::set_key(std::string_view pem) {
    mbedtls_pk_free(&key_);
    mbedtls_pk_init(&key_);
    has_key_ = false;
    if (pem.empty()) {
        return true;
    }
    if (pem.size() > kMostPem) {
        return false;
    }
    std::array<unsigned char, kMostPem + 1> text{};  // mbedTLS wants the zero behind it
    std::memcpy(text.data(), pem.data(), pem.size());
    has_key_ = mbedtls_pk_parse_public_key(&key_, text.data(), pem.size() + 1) == 0 &&
               mbedtls_pk_can_do(&key_, MBEDTLS_PK_ECDSA) != 0 &&
               mbedtls_pk_get_bitlen(&key_) == 8 * kNumber;
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
