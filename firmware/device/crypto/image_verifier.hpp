// Digests and signatures of images, by mbedTLS.
#pragma once

#include <mbedtls/md.h>
#include <mbedtls/pk.h>

#include <string_view>

#include "update/image_crypto.hpp"

namespace peerlens {

// Uses what mbedTLS 2.28 and 3 have in common.
class ImageVerifier final : public ImageCrypto {
public:
    ImageVerifier();
    ~ImageVerifier();
    ImageVerifier(const ImageVerifier&) = delete;
    ImageVerifier& operator=(const ImageVerifier&) = delete;

    // Verify with this public key from now on: a point of P-256, not compressed, as the 88
    // characters of its base64; or nothing. Returns false, and has no key then, when it is neither.
    bool set_key(std::string_view base64);

    bool has_key() const override { return has_key_; }
    bool verify(std::string_view bytes, const EcdsaSignature& signature) override;
    void begin() override;
    void add(std::string_view bytes) override;
    Sha256Digest finish() override;

private:
    mbedtls_pk_context key_;
    mbedtls_md_context_t digest_;
    bool has_key_ = false;
    bool digesting_ = false;  // false too when mbedTLS failed: finish() is then all zeros
};

}  // namespace peerlens
