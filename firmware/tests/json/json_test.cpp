#include "json/json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

namespace peerlens {
namespace {

bool parses(std::string_view text) {
    return JsonDocument().parse_object(text);
}

TEST(Json, FindsMembersItemsAndValues) {
    JsonDocument document;
    ASSERT_TRUE(
        document.parse_object(R"( {"a" : [1, "x", null], "b":{"c":true,"d":false} ,"n":-1.5e2} )"));
    const JsonNode* array = document.member(document.root(), "a");
    ASSERT_NE(array, nullptr);
    const JsonNode* item = document.node(array->first);
    EXPECT_EQ(item->number(), 1.0);
    item = document.node(item->next);
    EXPECT_TRUE(item->string() == "x");
    item = document.node(item->next);
    EXPECT_EQ(item->kind, JsonKind::kNull);
    EXPECT_EQ(document.node(item->next), nullptr);
    const JsonNode* inner = document.member(document.root(), "b");
    EXPECT_EQ(document.member(*inner, "c")->kind, JsonKind::kTrue);
    EXPECT_EQ(document.member(*inner, "d")->kind, JsonKind::kFalse);
    EXPECT_EQ(document.member(document.root(), "n")->number(), -150.0);
    EXPECT_EQ(document.member(document.root(), "c"), nullptr);
}

TEST(Json, TellsIntegersByHowTheyAreWritten) {
    JsonDocument document;
    ASSERT_TRUE(document.parse_object(R"({"a":1,"b":1.0,"c":1e0,"d":-0})"));
    EXPECT_TRUE(document.member(document.root(), "a")->is_integer());
    EXPECT_FALSE(document.member(document.root(), "b")->is_integer());
    EXPECT_FALSE(document.member(document.root(), "c")->is_integer());
    EXPECT_TRUE(document.member(document.root(), "d")->is_integer());
}

double number(const std::string& text) {
    JsonDocument document;
    const std::string object = "{\"x\":" + text + "}";
    EXPECT_TRUE(document.parse_object(object)) << text;
    return document.member(document.root(), "x")->number();
}

TEST(Json, NumbersBeyondEveryDoubleAreInfiniteAndTinyOnesAreNothing) {
    EXPECT_EQ(number("1e999"), HUGE_VAL);
    EXPECT_EQ(number("-1e+999"), -HUGE_VAL);
    EXPECT_EQ(number("1e99999999999999999999"), HUGE_VAL);
    EXPECT_EQ(number("1" + std::string(400, '0')), HUGE_VAL);
    EXPECT_EQ(number("1e-999"), 0.0);
    EXPECT_EQ(number("-0." + std::string(400, '0') + "1"), 0.0);
    EXPECT_EQ(number("0.1"), 0.1);
    EXPECT_EQ(number("1.7976931348623157e308"), 1.7976931348623157e308);
}

TEST(Json, RefusesWhatIsNotJson) {
    // clang-format off
    for (const char* bad : {
             "", " ", "hello", "{", "}", "{}{}", "{},", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
             "{a:1}", "{'a':1}", "{\"a\":1 \"b\":2}", "{\"a\":[1,]}", "{\"a\":[1}", "{\"a\":01}",
             "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":1e}", "{\"a\":1e+}", "{\"a\":-}",
             "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":-Infinity}", "{\"a\":nul}", "{\"a\":True}",
             "{\"a\":\"\n\"}", "{\"a\":\"\\x41\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\u12",
             "{\"a\":\"\\", "{\"a\":\"", "{\"a\":1}x", "\xEF\xBB\xBF{}", "/**/{}", "{\"a\":\"\xFF\"}",
             "{\"a\":\"\xED\xA0\x80\"}", "[]", "[{}]", "\"a\"", "1", "null", "true"}) {
        // clang-format on
        EXPECT_FALSE(parses(bad)) << bad;
    }
    EXPECT_FALSE(parses(std::string_view("{\"a\":\"\0\"}", 9)));
    EXPECT_FALSE(parses(std::string_view("{}\0", 3)));
}

TEST(Json, RefusesRepeatedKeysHoweverWritten) {
    EXPECT_FALSE(parses(R"({"a":1,"a":1})"));
    EXPECT_FALSE(parses(R"({"a":1,"\u0061":2})"));
    EXPECT_FALSE(parses(R"({"x":{"a":1,"b":2,"a":3}})"));
    EXPECT_FALSE(parses(R"({"x":[{"a":1,"a":2}]})"));
    EXPECT_TRUE(parses(R"({"a":{"a":1},"b":{"a":1}})"));
}

std::string nested(int depth) {
    return "{\"x\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
}

TEST(Json, RefusesWhatIsTooDeepOrTooMuch) {
    EXPECT_TRUE(parses(nested(JsonDocument::kMaxDepth)));
    EXPECT_FALSE(parses(nested(JsonDocument::kMaxDepth + 1)));
    EXPECT_FALSE(parses("{\"x\":" + std::string(60'000, '[')));
    std::string items = "{\"x\":[0";
    for (std::size_t i = 3; i < JsonDocument::kMaxNodes; ++i) {
        items += ",0";
    }
    EXPECT_TRUE(parses(items + "]}"));
    EXPECT_FALSE(parses(items + ",0]}"));
}

// Damaged JSON: what this reader takes, another reader takes too, and means the same by it.
TEST(Json, AgreesWithAnotherReaderOnDamagedText) {
    const std::string seed_text =
        R"({"type":"actuate","seq":7,"ttlMs":200.5,"heard":{"atMs":1e3,"heldMs":-0.25},)"
        R"("k\u00e9y":["\ud83d\ude97",true,false,null,[]],"s":"é\n"})";
    const std::string bytes = "{}[]\",:\\u0e+-.1 tfnx\xC3\x80";
    std::mt19937 random(11);
    int taken = 0;
    for (int i = 0; i < 30'000; ++i) {
        std::string text = seed_text;
        for (unsigned damage = random() % 3; damage > 0; --damage) {
            text[random() % text.size()] = bytes[random() % bytes.size()];
        }
        JsonDocument document;
        if (!document.parse_object(text)) {
            continue;
        }
        ++taken;
        // It takes lone surrogates, which are for the fields to refuse; the other one does not.
        const auto other = nlohmann::json::parse(text, nullptr, false);
        const bool surrogates = text.find("\\u") != std::string::npos;
        ASSERT_TRUE(!other.is_discarded() || surrogates) << text;
        const JsonNode* seq = document.member(document.root(), "seq");
        if (seq != nullptr && seq->kind == JsonKind::kNumber && !other.is_discarded()) {
            ASSERT_EQ(seq->number(), other.at("seq").get<double>()) << text;
        }
    }
    EXPECT_GT(taken, 10'000);
}

}  // namespace
}  // namespace peerlens
