#include "json/json_writer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlens {
namespace {

TEST(JsonWriter, WritesCompactly) {
    JsonWriter writer;
    writer.add("a", "text");
    writer.add("b", 0.25);
    writer.add("c", std::uint32_t{4294967295});
    writer.add("d", std::int64_t{-3});
    writer.open("e");
    writer.add("f", true);
    writer.add("g", false);
    writer.close();
    writer.add_null("h");
    EXPECT_EQ(writer.finish(),
              R"({"a":"text","b":0.25,"c":4294967295,"d":-3,"e":{"f":true,"g":false},"h":null})");
}

TEST(JsonWriter, WritesNothingAsAnEmptyObject) {
    EXPECT_EQ(JsonWriter().finish(), "{}");
    JsonWriter writer;
    writer.open("a");
    writer.close();
    EXPECT_EQ(writer.finish(), R"({"a":{}})");
}

TEST(JsonWriter, WritesListsOfObjects) {
    JsonWriter writer;
    writer.open_list("a");
    writer.open_item();
    writer.add("b", "c");
    writer.close();
    writer.open_item();
    writer.close();
    writer.close_list();
    writer.open_list("d");
    writer.close_list();
    EXPECT_EQ(writer.finish(), R"({"a":[{"b":"c"},{}],"d":[]})");
}

TEST(JsonWriter, EscapesWhatMustBe) {
    JsonWriter writer;
    writer.add("a", std::string_view("\"\\\n\0é🚗", 10));
    EXPECT_EQ(writer.finish(), "{\"a\":\"\\\"\\\\\\u000a\\u0000é🚗\"}");
}

TEST(JsonWriter, NumbersComeBackAsTheyWere) {
    JsonWriter writer;
    writer.add("a", 0.1);
    writer.add("b", 1.0 / 3.0);
    EXPECT_EQ(writer.finish(), R"({"a":0.1,"b":0.3333333333333333})");
}

TEST(JsonWriter, WhatDoesNotFitIsEmptyAndTheNextObjectIsNot) {
    JsonWriter writer;
    const std::string longest(JsonWriter::kCapacity - 8, 'x');
    writer.add("a", longest);
    EXPECT_EQ(writer.finish().size(), JsonWriter::kCapacity);
    writer.begin();
    writer.add("a", longest + "x");
    EXPECT_EQ(writer.finish(), "");
    writer.begin();
    EXPECT_EQ(writer.finish(), "{}");
}

}  // namespace
}  // namespace peerlens
