#include "update/image_header.hpp"

#include <gtest/gtest.h>

#include <string>

#include "update/signed_image.hpp"

namespace peerlens {
namespace {

constexpr Version kVersion{{1, 4, 300}};

std::string header_of(std::string_view target, std::string_view program = "program") {
    EcdsaSignature signature;
    signature.fill(7);
    return with_signature(unsigned_header(target, kVersion, program), signature);
}

TEST(ImageHeader, IsRead) {
    const auto header = read_image_header(header_of("board-esp32"));
    ASSERT_TRUE(header);
    EXPECT_EQ(header->target(), "board-esp32");
    EXPECT_EQ(header->version, kVersion);
    EXPECT_EQ(header->program_size, 7u);
    EXPECT_EQ(header->program_digest, sha256_of("program"));
    EXPECT_EQ(header->signature[0], 7);
    EXPECT_EQ(header->signature[63], 7);
    EXPECT_FALSE(header->is_unsigned());
}

TEST(ImageHeader, HoldsATargetOf32Characters) {
    const std::string target(32, 'a');
    const auto header = read_image_header(header_of(target));
    ASSERT_TRUE(header);
    EXPECT_EQ(header->target(), target);
}

TEST(ImageHeader, KnowsThatItIsNotSigned) {
    const auto header = read_image_header(
        with_signature(unsigned_header("twin-car", kVersion, "program"), EcdsaSignature{}));
    ASSERT_TRUE(header);
    EXPECT_TRUE(header->is_unsigned());
}

TEST(ImageHeader, HasOneSize) {
    const std::string header = header_of("twin-car");
    EXPECT_FALSE(read_image_header(""));
    EXPECT_FALSE(read_image_header(header.substr(1)));
    EXPECT_FALSE(read_image_header(header.substr(0, header.size() - 1)));
    EXPECT_FALSE(read_image_header(header + "x"));
}

TEST(ImageHeader, BeginsWithItsMagic) {
    std::string header = header_of("twin-car");
    header[7] = '2';
    EXPECT_FALSE(read_image_header(header));
}

TEST(ImageHeader, HasANameForItsTarget) {
    EXPECT_FALSE(read_image_header(header_of("")));
    EXPECT_FALSE(read_image_header(header_of("twin car")));
    EXPECT_FALSE(read_image_header(header_of("twin\xC3\xA4")));
    EXPECT_FALSE(read_image_header(header_of(std::string("twin\0car", 8))));
}

TEST(ImageHeader, HasZerosWhereTheyBelong) {
    for (const std::size_t at : {46, 47, 52, 53, 54, 55}) {
        std::string header = header_of("twin-car");
        header[at] = 1;
        EXPECT_FALSE(read_image_header(header)) << at;
    }
}

TEST(ImageHeader, HasAProgramBehindIt) {
    EXPECT_FALSE(read_image_header(header_of("twin-car", "")));
}

}  // namespace
}  // namespace peerlens
