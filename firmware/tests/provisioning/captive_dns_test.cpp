#include "provisioning/captive_dns.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlens {
namespace {

constexpr std::array<std::uint8_t, 4> kAddress{192, 168, 4, 1};

// A query for example.org; `type` 1 is A, 28 AAAA.
std::string query(char type = 1) {
    std::string text(
        "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07"
        "example\x03org\x00\x00",
        26);
    return text + type + std::string("\x00\x01", 2);
}

std::string answer(const std::string& text) {
    char out[kDnsBytes];
    return {out, answer_dns(text, kAddress, out)};
}

TEST(CaptiveDns, AnswersWithTheAddress) {
    const std::string text = answer(query());
    ASSERT_EQ(text.size(), query().size() + 16);
    EXPECT_EQ(text.substr(0, 2), "\x12\x34");
    EXPECT_EQ(text.substr(2, 2), std::string("\x85\x00", 2));
    EXPECT_EQ(text.substr(4, 8), std::string("\x00\x01\x00\x01\x00\x00\x00\x00", 8));
    EXPECT_EQ(text.substr(12, query().size() - 12), query().substr(12));
    EXPECT_EQ(text.substr(query().size()),
              std::string("\xC0\x0C\x00\x01\x00\x01\x00\x00\x00\x0A\x00\x04\xC0\xA8\x04\x01", 16));
}

TEST(CaptiveDns, HasNoRecordOfOtherTypes) {
    const std::string text = answer(query(28));
    EXPECT_EQ(text.size(), query().size());
    EXPECT_EQ(text.substr(6, 2), std::string(2, '\0'));
}

TEST(CaptiveDns, LeavesOutWhatFollowsTheQuestion) {
    EXPECT_EQ(answer(query() + std::string(30, 'x')).size(), query().size() + 16);
}

TEST(CaptiveDns, IsSilentAboutWhatIsNoQuery) {
    EXPECT_EQ(answer(""), "");
    for (std::size_t size = 0; size < query().size(); ++size) {
        EXPECT_EQ(answer(query().substr(0, size)), "") << size;
    }
    std::string is_answer = query();
    is_answer[2] = '\x81';
    EXPECT_EQ(answer(is_answer), "");
    std::string two = query();
    two[5] = 2;
    EXPECT_EQ(answer(two), "");
    std::string pointer = query();
    pointer[12] = '\xC0';
    EXPECT_EQ(answer(pointer), "");
    EXPECT_EQ(answer(query() + std::string(kDnsBytes, 'x')), "");
}

TEST(CaptiveDns, TakesNoNameThatIsTooLong) {
    std::string text = query().substr(0, 12);
    for (int i = 0; i < 5; ++i) {
        text += '\x3F' + std::string(63, 'a');
    }
    EXPECT_EQ(answer(text + std::string("\x00\x00\x01\x00\x01", 5)), "");
}

}  // namespace
}  // namespace peerlens
