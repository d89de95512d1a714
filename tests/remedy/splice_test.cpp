// Tests of remedy/splice: what a text looks like after a change.
#include "remedy/splice.h"

#include <catch2/catch.hpp>

#include "remedy/patch.h"

namespace lockstep {
namespace {

JsonNode parsed(const std::string& text) {
  JsonTree tree = read_json(text);
  INFO(text);
  REQUIRE(tree.root);
  return *std::move(tree.root);
}

struct Insertion {
  const char* what;
  std::string before;
  std::size_t index;
  std::string value;
  std::string after;
};

TEST_CASE("splice: an item is put where its neighbours are", "[remedy][splice]") {
  const Insertion row = GENERATE(values<Insertion>({
      {"into an empty array", "[]", 0, "1", "[1]"},
      {"blanks inside are used up", "[\n]", 0, "1", "[1]"},
      {"a comment inside is not", "[ // none\n]", 0, "1", "[1 // none\n]"},
      {"in front, on one line", "[1, 2]", 0, "0", "[0, 1, 2]"},
      {"in between, on one line", "[1, 3]", 1, "2", "[1, 2, 3]"},
      {"behind, on one line", "[1, 2]", 2, "3", "[1, 2, 3]"},
      {"in front, a line each", "[\n  1,\n  2\n]", 0, "0", "[\n  0,\n  1,\n  2\n]"},
      {"in between, a line each", "[\n  1,\n  3\n]", 1, "2", "[\n  1,\n  2,\n  3\n]"},
      {"behind, a line each", "[\n  1,\n  2\n]", 2, "3", "[\n  1,\n  2,\n  3\n]"},
      {"tabs", "[\n\t1\n]", 1, "2", "[\n\t1,\n\t2\n]"},
      {"line breaks of Windows", "[\r\n  1\r\n]", 1, "2", "[\r\n  1,\r\n  2\r\n]"},
      {"the bracket on the last line", "[\n  1]", 1, "2", "[\n  1,\n  2]"},
      {"several on a line", "[\n  1, 2,\n  3, 4\n]", 2, "0", "[\n  1, 2,\n  0, 3, 4\n]"},
      {"a comment behind the last one", "[\n  1  // one\n]", 1, "2", "[\n  1,  // one\n  2\n]"},
      {"a comment above stays with its item", "[\n  1,\n  // three\n  3\n]", 1, "2",
       "[\n  1,\n  2,\n  // three\n  3\n]"},
      {"a comment behind the one before stays there", "[\n  1,  // one\n  3\n]", 1, "2",
       "[\n  1,  // one\n  2,\n  3\n]"},
      {"a comment behind the bracket stays there", "[  // all\n  1\n]", 0, "0",
       "[  // all\n  0,\n  1\n]"},
      {"the value brings a comment", "[\n  1,\n  3\n]", 1, "2  // two",
       "[\n  1,\n  2,  // two\n  3\n]"},
      {"the value brings a comment, and is the last", "[\n  1\n]", 1, "2  // two",
       "[\n  1,\n  2  // two\n]"},
      {"the value brings a comment, and there is no line", "[1, 3]", 1, "2  // two", "[1, 2, 3]"},
      {"the value brings a comment, and the bracket is behind it", "[\n  1]", 1, "2  // two",
       "[\n  1,\n  2]"},
      {"the value brings a comment above", "[\n    1\n]", 0, "// nil\n  0",
       "[\n    // nil\n    0,\n    1\n]"},
      {"the value's lines move along", "[\n  1\n]", 1,
       "{\n      \"a\": [\n        2\n      ]\n    }",
       "[\n  1,\n  {\n    \"a\": [\n      2\n    ]\n  }\n]"},
  }));
  INFO(row.what << "\n" << row.before);
  CHECK(with_item(row.before, parsed(row.before), row.index, row.value) == row.after);
  CHECK(is_equal(parsed(row.after).items[row.index], parsed(row.value)));
}

TEST_CASE("splice: a member is put at the end of its object", "[remedy][splice]") {
  struct Row {
    std::string before, after;
  };
  const Row row = GENERATE(values<Row>({
      {"{}", R"({"k\n": [1]})"},
      {R"({"a": 1})", R"({"a": 1, "k\n": [1]})"},
      {"{\n  \"a\": 1  // one\n}", "{\n  \"a\": 1,  // one\n  \"k\\n\": [1]\n}"},
      {"{ // nothing yet\n}", "{\"k\\n\": [1] // nothing yet\n}"},
  }));
  CHECK(with_member(row.before, parsed(row.before), "k\n", "[1]") == row.after);
  CHECK(parsed(row.after).find("k\n") != nullptr);
}

struct Removal {
  const char* what;
  std::string before;
  std::size_t index;
  std::string after;
};

TEST_CASE("splice: an item goes with its comma and its line", "[remedy][splice]") {
  const Removal row = GENERATE(values<Removal>({
      {"the only one", "[1]", 0, "[]"},
      {"the only one, on a line", "[\n  1\n]", 0, "[]"},
      {"the only one, and its comment", "[\n  1  // one\n]", 0, "[]"},
      {"the only one, below a comment", "[\n  // numbers\n  1\n]", 0, "[\n  // numbers\n]"},
      {"the first, on one line", "[1, 2, 3]", 0, "[2, 3]"},
      {"in between, on one line", "[1, 2, 3]", 1, "[1, 3]"},
      {"the last, on one line", "[1, 2, 3]", 2, "[1, 2]"},
      {"the first, a line each", "[\n  1,\n  2\n]", 0, "[\n  2\n]"},
      {"in between, a line each", "[\n  1,\n  2,\n  3\n]", 1, "[\n  1,\n  3\n]"},
      {"the last, a line each", "[\n  1,\n  2\n]", 1, "[\n  1\n]"},
      {"its comment goes along", "[\n  1,  // one\n  2\n]", 0, "[\n  2\n]"},
      {"the last one's comment goes along", "[\n  1,\n  2  // two\n]", 1, "[\n  1\n]"},
      {"the neighbour's comment stays", "[\n  1,  // one\n  2\n]", 1, "[\n  1  // one\n]"},
      {"a comment above stays", "[\n  1,\n  // two\n  2,\n  3\n]", 1, "[\n  1,\n  // two\n  3\n]"},
      {"a comment in between stays", "[1, /* two */ 2, 3]", 0, "[/* two */ 2, 3]"},
      {"a comment in front of the last stays", "[1, /* two */ 2]", 1, "[1 /* two */ ]"},
      {"a comment that would swallow the bracket", "[\n  1,  // one\n  2]", 1,
       "[\n  1  // one\n  ]"},
      {"a comma on the next line", "[\n  1\n  , 2\n]", 0, "[\n  \n   2\n]"},
      {"the last of a line with several", "[\n  1, 2,\n  3\n]", 1, "[\n  1,\n  3\n]"},
      {"line breaks of Windows", "[\r\n  1,\r\n  2\r\n]", 1, "[\r\n  1\r\n]"},
      {"many lines", "[\n  [\n    1\n  ],\n  2\n]", 0, "[\n  2\n]"},
  }));
  INFO(row.what << "\n" << row.before);
  const JsonNode before = parsed(row.before);
  const std::string after = without(row.before, before, row.index);
  CHECK(after == row.after);
  CHECK(parsed(after).items.size() + 1 == before.items.size());
}

TEST_CASE("splice: an item is taken with the comment behind it, or also with those above",
          "[remedy][splice]") {
  const std::string text =
      "[  // all\n  1,  // one\n\n  // the even\n  // prime\n  2,  /* two */\n  3, 4\n]";
  const JsonNode array = parsed(text);
  CHECK(item_text(text, array, 0) == "1  // one");
  CHECK(item_text(text, array, 1) == "2  /* two */");
  CHECK(item_text(text, array, 2) == "3");
  CHECK(item_text_and_above(text, array, 0) == "1  // one");
  CHECK(item_text_and_above(text, array, 1) == "// the even\n  // prime\n  2  /* two */");
}

TEST_CASE("splice: a value on one line has neither comments nor line breaks", "[remedy][splice]") {
  const std::string text =
      "{ // a\n  \"with\" : [\"a\\u0041\", 1.50, true , null ] , /* b */ \"do\": [ ],\"x\":{}}";
  CHECK(one_line(text, parsed(text)) ==
        R"({"with": ["a\u0041", 1.50, true, null], "do": [], "x": {}})");
}

TEST_CASE("splice: what replaces a value is indented like its line", "[remedy][splice]") {
  const std::string text = "{\n  \"a\": 1,  // one\n  \"b\": 2\n}";
  CHECK(replaced(text, *parsed(text).find("a"), "[\n      3  // three\n    ]  // list") ==
        "{\n  \"a\": [\n    3  // three\n  ],  // one\n  \"b\": 2\n}");
}

}  // namespace
}  // namespace lockstep
