// Keys and signed images, as firmware/tools/ makes them.
#pragma once

#include <mbedtls/base64.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/md.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "update/image_header.hpp"

namespace peerlens {

inline int system_random(void*, unsigned char* out, std::size_t size) {
    std::ifstream source("/dev/urandom", std::ios::binary);
    source.read(reinterpret_cast<char*>(out), static_cast<std::streamsize>(size));
    return source ? 0 : -1;
}

inline void require(int result) {
    if (result != 0) {
        throw std::runtime_error("mbedTLS: " + std::to_string(result));
    }
}

// SHA-256 of `bytes`.
inline std::array<unsigned char, 32> sha256_of(std::string_view bytes) {
    std::array<unsigned char, 32> digest;
    require(mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                       digest.data()));
    return digest;
}

// A new pair of keys on a curve of 256 bits.
class SigningKey {
public:
    SigningKey() {
        mbedtls_ecp_group_init(&group_);
        mbedtls_mpi_init(&secret_);
        mbedtls_ecp_point_init(&point_);
        require(mbedtls_ecp_group_load(&group_, MBEDTLS_ECP_DP_SECP256R1));
        require(mbedtls_ecp_gen_keypair(&group_, &secret_, &point_, system_random, nullptr));
    }
    ~SigningKey() {
        mbedtls_ecp_group_free(&group_);
        mbedtls_mpi_free(&secret_);
        mbedtls_ecp_point_free(&point_);
    }
    SigningKey(const SigningKey&) = delete;
    SigningKey& operator=(const SigningKey&) = delete;

    // The public key: its point, in base64.
    std::string text() {
        std::array<unsigned char, 65> point;
        std::size_t size = 0;
        require(mbedtls_ecp_point_write_binary(&group_, &point_, MBEDTLS_ECP_PF_UNCOMPRESSED, &size,
                                               point.data(), point.size()));
        std::array<unsigned char, 89> text;
        require(mbedtls_base64_encode(text.data(), text.size(), &size, point.data(), point.size()));
        return std::string(text.begin(), text.begin() + size);
    }

    EcdsaSignature sign(std::string_view bytes) {
        const auto digest = sha256_of(bytes);
        mbedtls_mpi r;
        mbedtls_mpi s;
        mbedtls_mpi_init(&r);
        mbedtls_mpi_init(&s);
        EcdsaSignature signature;
        require(mbedtls_ecdsa_sign(&group_, &r, &s, &secret_, digest.data(), digest.size(),
                                   system_random, nullptr));
        require(mbedtls_mpi_write_binary(&r, signature.data(), 32));
        require(mbedtls_mpi_write_binary(&s, signature.data() + 32, 32));
        mbedtls_mpi_free(&r);
        mbedtls_mpi_free(&s);
        return signature;
    }

private:
    mbedtls_ecp_group group_;
    mbedtls_mpi secret_;
    mbedtls_ecp_point point_;
};

// The header's signed part.
inline std::string unsigned_header(std::string_view target, Version version,
                                   std::string_view program) {
    std::string header(ImageHeader::kMagic);
    header.append(target).resize(40, '\0');
    for (const std::uint16_t number : version.numbers) {
        header += static_cast<char>(number & 0xFF);
        header += static_cast<char>(number >> 8);
    }
    header.append(2, '\0');
    for (unsigned shift = 0; shift < 32; shift += 8) {
        header += static_cast<char>(program.size() >> shift & 0xFF);
    }
    header.append(4, '\0');
    const auto digest = sha256_of(program);
    return header.append(digest.begin(), digest.end());
}

inline std::string with_signature(std::string image, const EcdsaSignature& signature) {
    image.insert(ImageHeader::kSigned, std::string(signature.begin(), signature.end()));
    return image;
}

inline std::string signed_image(SigningKey& key, std::string_view target, Version version,
                                std::string_view program) {
    const std::string header = unsigned_header(target, version, program);
    return with_signature(header + std::string(program), key.sign(header));
}

}  // namespace peerlens
