// What an update needs of a cryptographic library.
#pragma once

#include <string_view>

#include "update/image_header.hpp"

namespace peerlens {

// One digest at a time.
class ImageCrypto {
public:
    // Whether there is a public key to verify with.
    virtual bool has_key() const = 0;
    // Whether `signature` is one of the key's over SHA-256 of `bytes`. It may take 300 ms on a
    // chip.
    virtual bool verify(std::string_view bytes, const EcdsaSignature& signature) = 0;

    // SHA-256 of all that add() is given from begin() to finish().
    virtual void begin() = 0;
    virtual void add(std::string_view bytes) = 0;
    virtual Sha256Digest finish() = 0;

protected:
    ~ImageCrypto() = default;
};

}  // namespace peerlens
