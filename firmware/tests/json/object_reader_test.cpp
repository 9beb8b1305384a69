#include "json/object_reader.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

class ObjectReaderTest : public ::testing::Test {
protected:
    ObjectReader reader(std::string_view text) {
        EXPECT_TRUE(document_.parse_object(text));
        return ObjectReader(document_, &document_.root());
    }

    JsonDocument document_;
};

TEST_F(ObjectReaderTest, AcceptsWhenEveryFieldIsKnown) {
    ObjectReader fields = reader(R"({"n":0.5,"b":true,"u":7,"s":"x"})");
    EXPECT_EQ(fields.number("n", {0, 1}), 0.5);
    EXPECT_TRUE(fields.boolean("b", false));
    EXPECT_EQ(fields.uint32("u"), 7u);
    EXPECT_FALSE(fields.finish()) << "s was not asked for";
    EXPECT_TRUE(fields.string("s", {1, 1}) == "x");
    EXPECT_TRUE(fields.finish());
}

TEST_F(ObjectReaderTest, WhatMayBeLeftOutMayBeNull) {
    ObjectReader fields = reader(R"({"n":null,"b":null,"i":null,"s":null,"id":null,"a":null})");
    EXPECT_EQ(fields.number("n", {0, 1}, 0.25), 0.25);
    EXPECT_TRUE(fields.boolean("b", true));
    EXPECT_EQ(fields.integer("i", 1), 1);
    EXPECT_EQ(fields.optional_string("s", {1, 5}).length(), 0u);
    EXPECT_EQ(fields.optional_id("id").length(), 0u);
    EXPECT_EQ(fields.array("a", {1, 5}, false), nullptr);
    EXPECT_EQ(fields.number("left out", {0, 1}, 0.5), 0.5);
    EXPECT_TRUE(fields.finish());
}

TEST_F(ObjectReaderTest, WhatMustBeThereMayNot) {
    ObjectReader null = reader(R"({"n":null})");
    null.number("n", {0, 1});
    EXPECT_FALSE(null.finish());
    ObjectReader missing = reader("{}");
    missing.uint32("u");
    EXPECT_FALSE(missing.finish());
}

TEST_F(ObjectReaderTest, RefusesOtherTypesAndWhatIsOutOfBounds) {
    for (const char* bad : {R"({"n":"1"})", R"({"n":true})", R"({"n":[1]})", R"({"n":1.001})",
                            R"({"n":-0.001})", R"({"n":1e999})"}) {
        ObjectReader fields = reader(bad);
        fields.number("n", {0, 1});
        EXPECT_FALSE(fields.finish()) << bad;
    }
    for (const char* bad : {R"({"u":-1})", R"({"u":4294967296})", R"({"u":1.0})", R"({"u":1e2})",
                            R"({"u":true})", R"({"u":99999999999999999999})"}) {
        ObjectReader fields = reader(bad);
        fields.uint32("u");
        EXPECT_FALSE(fields.finish()) << bad;
    }
}

TEST_F(ObjectReaderTest, WholeNumbersOfAnySizeSaturate) {
    ObjectReader fields = reader(R"({"a":99999999999999999999,"b":-99999999999999999999,"c":-0})");
    EXPECT_EQ(fields.integer("a", 0), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(fields.integer("b", 0), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(fields.uint32("c"), 0u);
    EXPECT_TRUE(fields.finish());
}

TEST_F(ObjectReaderTest, ChecksIds) {
    for (const char* good : {R"({"id":"a"})", R"({"id":"0._-Z"})"}) {
        ObjectReader fields = reader(good);
        fields.optional_id("id");
        EXPECT_TRUE(fields.finish()) << good;
    }
    for (const char* bad : {R"({"id":""})", R"({"id":".a"})", R"({"id":"a b"})", R"({"id":"é"})",
                            R"({"id":"a\n"})", R"({"id":1})"}) {
        ObjectReader fields = reader(bad);
        fields.optional_id("id");
        EXPECT_FALSE(fields.finish()) << bad;
    }
}

TEST_F(ObjectReaderTest, WhatIsNoObjectIsRefused) {
    ASSERT_TRUE(document_.parse_object(R"({"a":[]})"));
    ObjectReader array(document_, document_.member(document_.root(), "a"));
    EXPECT_EQ(array.number("n", {0, 1}, 0.5), 0.5);
    EXPECT_FALSE(array.finish());
    EXPECT_FALSE(ObjectReader(document_, nullptr).finish());
}

}  // namespace
}  // namespace peerlens
