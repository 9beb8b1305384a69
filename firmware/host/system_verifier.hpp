// Signatures on this system, where the twin was built with mbedTLS.
#pragma once

#ifdef PEERLENS_TLS
#include "device/crypto/image_verifier.hpp"
#else
#include "update/image_crypto.hpp"
#endif

namespace peerlens {

#ifdef PEERLENS_TLS

using SystemVerifier = ImageVerifier;

#else

// Takes no key, so that every update is refused.
class SystemVerifier final : public ImageCrypto {
public:
    bool set_key(std::string_view base64) { return base64.empty(); }
    bool has_key() const override { return false; }
    bool verify(std::string_view, const EcdsaSignature&) override { return false; }
    void begin() override {}
    void add(std::string_view) override {}
    Sha256Digest finish() override { return {}; }
};

#endif

}  // namespace peerlens
