#include "device/crypto/image_verifier.hpp"

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
    ASSERT_TRUE(verifier.set_key(key.text()));
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
    ASSERT_TRUE(verifier.set_key(key.text()));
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
    ASSERT_TRUE(verifier.set_key(key.text()));
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
    EXPECT_TRUE(verifier.set_key(key.text()));
    EXPECT_TRUE(verifier.has_key());
    EXPECT_TRUE(verifier.set_key(""));
    EXPECT_FALSE(verifier.has_key());
    EXPECT_FALSE(verifier.verify("text", key.sign("text")));
}

TEST(ImageVerifier, RefusesWhatIsNoPointOfItsCurve) {
    SigningKey key;
    ImageVerifier verifier;
    const std::string good = key.text();
    ASSERT_TRUE(verifier.set_key(good));
    std::string elsewhere = good;
    elsewhere[40] = elsewhere[40] == 'A' ? 'B' : 'A';
    for (const std::string& text :
         {elsewhere, std::string("not a key"), good.substr(0, 84), good + "AAAA",
          std::string(88, 'A'), std::string(100'000, 'A'), "B" + good}) {
        EXPECT_FALSE(verifier.set_key(text)) << text.substr(0, 90);
        EXPECT_FALSE(verifier.has_key());
    }
}

}  // namespace
}  // namespace peerlens
