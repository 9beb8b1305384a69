#include "http/credentials.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlens {
namespace {

constexpr HttpSecrets kSecrets{"admin", "s3cret:", "t0k3n", false};
const std::string kPassword = "Basic YWRtaW46czNjcmV0Og==";  // admin:s3cret:
const std::string kToken = "Bearer t0k3n";

TEST(CredentialsTest, LetsThePasswordDoEverythingAndTheTokenLook) {
    const Credentials credentials(kSecrets);
    EXPECT_EQ(credentials.judge(kPassword, HttpAccess::kAdmin), Judgement::kGranted);
    EXPECT_EQ(credentials.judge(kPassword, HttpAccess::kLook), Judgement::kGranted);
    EXPECT_EQ(credentials.judge(kToken, HttpAccess::kLook), Judgement::kGranted);
    EXPECT_EQ(credentials.judge(kToken, HttpAccess::kAdmin), Judgement::kNotEnough);
    EXPECT_EQ(credentials.judge("", HttpAccess::kLook), Judgement::kMissing);
    EXPECT_EQ(credentials.judge("", HttpAccess::kPublic), Judgement::kGranted);
    EXPECT_EQ(credentials.judge("nonsense", HttpAccess::kPublic), Judgement::kGranted);
}

TEST(CredentialsTest, TakesTheSchemeInAnyCaseAndBase64WithoutPadding) {
    const Credentials credentials(kSecrets);
    EXPECT_EQ(credentials.judge("bAsIc   YWRtaW46czNjcmV0Og", HttpAccess::kAdmin),
              Judgement::kGranted);
    EXPECT_EQ(credentials.judge("BEARER t0k3n", HttpAccess::kLook), Judgement::kGranted);
}

TEST(CredentialsTest, RefusesAllElse) {
    const Credentials credentials(kSecrets);
    for (const std::string& wrong :
         {std::string("Basic"), std::string("Basic "), std::string("Basic !!!!"),
          std::string("Basic YWRtaW46czNjcmV0"), std::string("Basic YWRtaW46czNjcmV0Ojs="),
          std::string("Basic cm9vdDpzM2NyZXQ6"), std::string("Basic YWRtaW4="),
          std::string("Bearer"), std::string("Bearer "), std::string("Bearer t0k3"),
          std::string("Bearer t0k3nt0k3n"), std::string("Bearer T0K3N"),
          std::string("Digest t0k3n"), std::string("t0k3n"), "Basic " + std::string(2000, 'A')}) {
        EXPECT_EQ(credentials.judge(wrong, HttpAccess::kLook), Judgement::kWrong) << wrong;
    }
}

TEST(CredentialsTest, GrantsNothingForAnEmptySecret) {
    const Credentials none(HttpSecrets{"admin", "", "", false});
    EXPECT_EQ(none.judge("Basic YWRtaW46", HttpAccess::kAdmin), Judgement::kWrong);  // admin:
    EXPECT_EQ(none.judge("Bearer ", HttpAccess::kLook), Judgement::kWrong);
    EXPECT_EQ(none.judge("", HttpAccess::kLook), Judgement::kMissing);
}

TEST(CredentialsTest, FreesLookingOrAll) {
    const Credentials pictures(HttpSecrets{"admin", "p", "", true});
    EXPECT_EQ(pictures.judge("", HttpAccess::kLook), Judgement::kGranted);
    EXPECT_EQ(pictures.judge("", HttpAccess::kAdmin), Judgement::kMissing);
    const Credentials open(HttpSecrets{"", "", "", false, true});
    EXPECT_EQ(open.judge("", HttpAccess::kAdmin), Judgement::kGranted);
}

TEST(CredentialsTest, SaysWhatItTakes) {
    const Credentials credentials(kSecrets);
    EXPECT_NE(credentials.challenge(HttpAccess::kLook).find("Bearer"), std::string::npos);
    EXPECT_EQ(credentials.challenge(HttpAccess::kAdmin), "Basic realm=\"peerlens\"");
    const Credentials password(HttpSecrets{"admin", "p", "", false});
    EXPECT_EQ(password.challenge(HttpAccess::kLook), "Basic realm=\"peerlens\"");
}

TEST(CredentialsTest, ForgetsOldSecrets) {
    Credentials credentials(kSecrets);
    credentials.set({"admin", "other", "", false});
    EXPECT_EQ(credentials.judge(kPassword, HttpAccess::kAdmin), Judgement::kWrong);
    EXPECT_EQ(credentials.judge(kToken, HttpAccess::kLook), Judgement::kWrong);
}

}  // namespace
}  // namespace peerlens
