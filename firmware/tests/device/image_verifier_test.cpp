#include "device/image_verifier.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "update/signed_image.hpp"

namespace peerlens {
namespace {

TEST(ImageVerifier, DigestsInPieces) {
    ImageVerifier verifier;
    verifier.begin();
    verifier.add("a");
    verifier.add("");
    verifier.add("bc");
    EXPECT_EQ(verifier.finish(), sha256_of("abc"));
    verifier.begin();
    verifier.add("abandoned");
    verifier.begin();
    EXPECT_EQ(verifier.finish(), sha256_of(""));
}

TEST(ImageVerifier, HasNoDigestOfWhatWasNotBegun) {
    ImageVerifier verifier;
    verifier.add("abc");
    EXPECT_EQ(verifier.finish(), Sha256Digest{});
}

// Many, so that there are some with zeros in front, and some whose first bit is set.
TEST(ImageVerifier, VerifiesWhatItsKeySignedAndNothingElse) {
    SigningKey key;
    ImageVerifier verifier;
    ASSERT_TRUE(verifier.set_key(key.pem()));
    for (int i = 0; i < 30; ++i) {
        const std::string text = "text " + std::to_string(i);
        EcdsaSignature signature = key.sign(text);
        EXPECT_TRUE(verifier.verify(text, signature));
        EXPECT_FALSE(verifier.verify(text + "x", signature));
        signature[static_cast<std::size_t>(i) * 2] ^= 1;
        EXPECT_FALSE(verifier.verify(text, signature));
    }
}

TEST(ImageVerifier, ReadsNumbersWithZerosInFront) {
    // The same digest signed until r or s is short: one in 128 is.
    SigningKey key;
    ImageVerifier verifier;
    ASSERT_TRUE(verifier.set_key(key.pem()));
    for (int i = 0; i < 5000; ++i) {
        const EcdsaSignature signature = key.sign("text");
        if (signature[0] == 0 || signature[32] == 0) {
            EXPECT_TRUE(verifier.verify("text", signature));
            return;
        }
    }
    FAIL() << "no such signature in 5000";
}

TEST(ImageVerifier, RefusesNumbersThatCannotBe) {
    SigningKey key;
    ImageVerifier verifier;
    ASSERT_TRUE(verifier.set_key(key.pem()));
    EcdsaSignature signature{};
    EXPECT_FALSE(verifier.verify("text", signature));
    signature.fill(0xFF);
    EXPECT_FALSE(verifier.verify("text", signature));
    signature = key.sign("text");
    std::fill(signature.begin() + 32, signature.end(), std::uint8_t{0});
    EXPECT_FALSE(verifier.verify("text", signature));
}

TEST(ImageVerifier, TakesAKeyOrNone) {
    SigningKey key;
    ImageVerifier verifier;
    EXPECT_FALSE(verifier.has_key());
    EXPECT_FALSE(verifier.verify("text", key.sign("text")));
    EXPECT_TRUE(verifier.set_key(key.pem()));
    EXPECT_TRUE(verifier.has_key());
    EXPECT_TRUE(verifier.set_key(""));
    EXPECT_FALSE(verifier.has_key());
    EXPECT_FALSE(verifier.verify("text", key.sign("text")));
}

TEST(ImageVerifier, RefusesWhatIsNoKeyOfItsKind) {
    // An elliptic curve of 384 bits.
    constexpr const char kP384[] =
        "-----BEGIN PUBLIC KEY-----\n"
        "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEHUnV95ohWskH3Bx9nrgDc4d3wNwI57M2\n"
        "J3BltP7LAQ4y7Wt30rppEWcVotzN6u3GwhlJAxrCvmdp5+WJvMiGfoHj4wr7zHmg\n"
        "MBwYidEL0zfJDDxMZ9Yt0eet25LKdzPY\n"
        "-----END PUBLIC KEY-----\n";
    SigningKey key;
    ImageVerifier verifier;
    ASSERT_TRUE(verifier.set_key(key.pem()));
    for (const std::string& pem :
         {std::string(kP384), std::string("not a key"), key.pem().substr(0, 100),
          std::string(100'000, 'A'), std::string("-----BEGIN PUBLIC KEY-----\n\n")}) {
        EXPECT_FALSE(verifier.set_key(pem)) << pem.substr(0, 60);
        EXPECT_FALSE(verifier.has_key());
    }
}

}  // namespace
}  // namespace peerlens
