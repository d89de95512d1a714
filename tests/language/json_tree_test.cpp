// language/json_tree.cpp and language/json_fault.cpp
#include "language/json_tree.h"

#include <catch2/catch.hpp>
#include <functional>
#include <string>

namespace lockstep {
namespace {

std::string slice(std::string_view text, const JsonNode& node) {
  return std::string(text.substr(node.begin, node.end - node.begin));
}

// "line:column: pointer: message" of each complaint, one on a line.
std::string complaints(std::string_view text) {
  std::string out;
  for (const auto& [place, message] : read_json(text).complaints) {
    out += std::to_string(place.line) + ":" + std::to_string(place.column) + ": " +
           (place.pointer.empty() ? "" : place.pointer + ": ") + message + "\n";
  }
  return out;
}

TEST_CASE("JSON: every value knows where its text begins and ends", "[language][json]") {
  const std::string text =
      "// a remark, with \"quotes\" and [brackets]\n"
      " { \"a\" : [ 1 , -2.5e3,true /* , */ , false, null ,\"x\\\"y\" ] ,\n"
      "\"b\":{\"c\" : \"\\u00e4\\ud83d\\udd12\" } } // the end";
  const JsonTree tree = read_json(text);
  REQUIRE(tree.root);
  const JsonNode& root = *tree.root;
  CHECK(slice(text, root).front() == '{');
  CHECK(slice(text, root).back() == '}');
  REQUIRE(root.members.size() == 2);
  const JsonNode& a = root.members[0].value;
  CHECK(slice(text, a) == R"([ 1 , -2.5e3,true /* , */ , false, null ,"x\"y" ])");
  REQUIRE(a.items.size() == 6);
  const char* const items[] = {"1", "-2.5e3", "true", "false", "null", R"("x\"y")"};
  for (std::size_t i = 0; i < a.items.size(); ++i) CHECK(slice(text, a.items[i]) == items[i]);
  CHECK(a.items[0].integer == 1);
  CHECK(a.items[1].real == -2500);
  CHECK(a.items[2].boolean);
  CHECK(a.items[5].text == "x\"y");
  const JsonNode::Member& b = root.members[1];
  CHECK(text.substr(b.key_begin, b.key_end - b.key_begin) == "\"b\"");
  CHECK(slice(text, b.value) == R"({"c" : "\u00e4\ud83d\udd12" })");
  REQUIRE(b.value.find("c") != nullptr);
  CHECK(b.value.find("c")->text == "ä\xf0\x9f\x94\x92");
  CHECK(b.value.find("d") == nullptr);
  CHECK(a.find("c") == nullptr);
}

TEST_CASE("JSON: a text that is one value", "[language][json]") {
  using Kind = JsonNode::Kind;
  struct Row {
    std::string text;
    Kind kind;
    std::string value;  // its own text
  };
  const Row row = GENERATE(values<Row>({
      {"0", Kind::integer, "0"},
      {" -0 ", Kind::integer, "-0"},
      {"9223372036854775807", Kind::integer, "9223372036854775807"},
      {"-9223372036854775808", Kind::integer, "-9223372036854775808"},
      {"1.0", Kind::real, "1.0"},
      {"1E5", Kind::real, "1E5"},
      {"1e-5//", Kind::real, "1e-5"},
      {"true", Kind::boolean, "true"},
      {"/**/null/**/", Kind::null, "null"},
      {"\"\"", Kind::string, "\"\""},
      {"\"// no comment\"", Kind::string, "\"// no comment\""},
      {"[]", Kind::array, "[]"},
      {"\t{\r\n}\n", Kind::object, "{\r\n}"},
      {"\xef\xbb\xbf[]", Kind::array, "[]"},  // a byte order mark
      {"\xef\xbb\xbf \"x\"", Kind::string, "\"x\""},
  }));
  CAPTURE(row.text);
  const JsonTree tree = read_json(row.text);
  REQUIRE(tree.root);
  CHECK(tree.root->kind == row.kind);
  CHECK(slice(row.text, *tree.root) == row.value);
}

TEST_CASE("JSON: a fault is said where it is, with what was expected", "[language][json]") {
  struct Row {
    std::string text, complaint;
  };
  const Row row = GENERATE(values<Row>({
      {"", "1:1: expected a JSON value, found the end of the file"},
      {" \n ", "2:2: expected a JSON value, found the end of the file"},
      {"[1", "1:3: expected \",\" or \"]\", found the end of the file"},
      {"[1 2]", "1:4: expected \",\" or \"]\", found 2"},
      {"[1;2]", "1:3: expected \",\" or \"]\", found ';'"},
      {"[,]", "1:2: expected a value or \"]\", found ','"},
      {"[1,,2]", "1:4: expected a value, found ','"},
      {"[1,]", "1:3: a comma before \"]\"; JSON has none after the last item"},
      {"[1, // here\n ]", "1:3: a comma before \"]\"; JSON has none after the last item"},
      {"{\"a\":1,}", "1:7: a comma before \"}\"; JSON has none after the last member"},
      {"{\"a\":}", "1:6: /a: expected a value, found '}'"},
      {"{\"a\" 1}", "1:6: /a: expected \":\" after the key, found 1"},
      {"{\"a\"", "1:5: /a: expected \":\" after the key, found the end of the file"},
      {"{1:2}", "1:2: expected a key or \"}\", found 1"},
      {"{a:2}", "1:2: expected a key or \"}\", found a; keys stand in double quotes"},
      {"{\"a\":1,b:2}", "1:8: expected a key, found b; keys stand in double quotes"},
      {"{\"a\":1]", "1:7: expected \",\" or \"}\", found ']'"},
      {"[1}", "1:3: expected \",\" or \"]\", found '}'"},
      {"]", "1:1: expected a JSON value, found ']'"},
      {"[] []", "1:4: expected the end of the file, found an array"},
      {"tru", "1:1: expected a JSON value, found tru; text stands in double quotes"},
      {"[None]", "1:2: expected a value or \"]\", found None; JSON writes null"},
      {"[Infinity]", "1:2: expected a value or \"]\"; JSON has no Infinity"},
      {"[+1]", "1:2: +1 is no number; JSON has no + before a number"},
      {"[00]", "1:2: 00 is no number; a number does not begin with 0"},
      {"[-01]", "1:2: -01 is no number; a number does not begin with 0"},
      {"[1.]", "1:2: 1. is no number; there are digits on both sides of the point"},
      {"[1.e5]", "1:2: 1.e5 is no number; there are digits on both sides of the point"},
      {"[1e]", "1:2: 1e is no number"},
      {"[-]", "1:2: - is no number"},
      {"[0x1f]", "1:2: 0x1f is no number"},
      {"[1_000]", "1:2: 1_000 is no number"},
      {"[2.5s]", "1:2: 2.5s is no number"},
      {"[1e400]", "1:2: the number 1e400 is too large"},
      {"[18446744073709551616]", "1:2: the integer 18446744073709551616 does not fit into 64 bits"},
      {"[\"a]", "1:2: the string does not end"},
      {"[\"a\n\"]",
       "1:2: the string does not end on its line; a line break inside a string is \\n"},
      {"[\"\\x\"]",
       "1:3: expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX after a backslash"},
      {"[\"\\u12g4\"]", "1:3: expected four hexadecimal digits after \\u"},
      {"[\"\\udc00\"]", "1:3: \\udc00 is half of a pair of surrogates"},
      {"[\"\\ud800\\u0041\"]", "1:3: \\ud800 is half of a pair of surrogates"},
      {"[\"ok\\ud83d\\udd12\\\"\", \"\\\x01\"]",
       "1:23: expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX after a backslash"},
      {"[1 /* ]", "1:4: the comment does not end; expected */"},
      {"[1, /* ]", "1:5: the comment does not end; expected */"},
      {"[/]", "1:2: a comment begins with // or /*"},
      {"/*/", "1:1: the comment does not end; expected */"},
      {"['a']", "1:2: expected a value or \"]\", found '; JSON writes strings in double quotes"},
      {std::string("[1,\0 2]", 7), "1:4: found a NUL byte"},
      {"[\"\xff\"]", "1:3: invalid UTF-8: invalid start byte"},
      {"[\"\xc3\"]", "1:3: invalid UTF-8: invalid continuation byte"},
      {"[\"\xed\xa0\x80\"]", "1:3: invalid UTF-8: invalid continuation byte"},
  }));
  CAPTURE(row.text);
  CHECK_FALSE(read_json(row.text).root);
  const std::string found = complaints(row.text);
  // In an array the pointer is that of the array: the document.
  CHECK(found == row.complaint + "\n");
}

TEST_CASE("JSON: duplicate keys are all found, where the later ones stand", "[language][json]") {
  CHECK(
      complaints(
          "{\"a\": 1,\n \"b\": {\"c\": 1, \"c\": 2, \"c\": 3},\n \"a\": [{\"d\": 1, \"d\": 2}]}") ==
      "2:16: /b/c: the key \"c\" stands here already in line 2\n"
      "2:24: /b/c: the key \"c\" stands here already in line 2\n"
      "3:17: /a/0/d: the key \"d\" stands here already in line 3\n"
      "3:2: /a: the key \"a\" stands here already in line 1\n");
}

TEST_CASE("JSON: keys that are the same after escapes are duplicates", "[language][json]") {
  CHECK(complaints(R"({"ab": 1, "\u0061b": 2})") ==
        "1:11: /ab: the key \"ab\" stands here already in line 1\n");
}

TEST_CASE("JSON: a pointer escapes ~ and /", "[language][json]") {
  CHECK(complaints(R"({"a/b~c": 99999999999999999999})") ==
        "1:11: /a~1b~0c: the integer 99999999999999999999 does not fit into 64 bits\n");
}

TEST_CASE("JSON: nesting up to the bound is read, and not one deeper", "[language][json]") {
  const std::string open(json_depth_max, '['), close(json_depth_max, ']');
  CHECK(read_json(open + close).root);
  CHECK(complaints("[" + open + close + "]").find("nested deeper than 100 arrays and objects") !=
        std::string::npos);
  std::string objects;
  for (std::size_t i = 0; i <= json_depth_max; ++i) objects += "{\"a\":";
  CHECK(complaints(objects).find("nested deeper") != std::string::npos);
}

TEST_CASE("JSON: hostile texts get a complaint in no time", "[language][json]") {
  const auto is_refused = [](const std::string& text) {
    const JsonTree tree = read_json(text);
    return !tree.root && !tree.complaints.empty() && tree.complaints.size() <= 1000;
  };
  CHECK(is_refused(std::string(1 << 20, '[')));
  CHECK(is_refused(std::string(1 << 20, '{')));
  CHECK(is_refused("[\"" + std::string(1 << 20, 'a')));
  CHECK(is_refused(std::string(1 << 20, '\0')));
  CHECK(is_refused(std::string(1 << 20, '\xff')));
  CHECK(is_refused("/*" + std::string(1 << 20, '*')));
  CHECK(is_refused(std::string(json_bytes_max + 1, ' ')));
  CHECK(is_refused("[" + std::string(1 << 20, '9')));

  std::string values = "[0";
  for (std::size_t i = 0; i < json_values_max; ++i) values += ",0";
  CHECK(is_refused(values + "]"));

  std::string duplicates = "{\"a\":0";
  for (int i = 0; i < 100000; ++i) duplicates += ",\"a\":0";
  CHECK(is_refused(duplicates + "}"));
}

TEST_CASE("JSON: a text at the bound of values is read", "[language][json]") {
  std::string values = "[0";
  for (std::size_t i = 2; i < json_values_max; ++i) values += ",0";  // and the array itself
  const JsonTree tree = read_json(values + "]");
  REQUIRE(tree.root);
  CHECK(tree.root->items.size() == json_values_max - 1);
}

TEST_CASE("JSON: a string is written so that it reads back", "[language][json]") {
  const std::string text =
      GENERATE(values<std::string>({"", "plain", "quote \" backslash \\ slash /",
                                    "line\nbreak\ttab\x01", "äöü 锁 \xf0\x9f\x94\x92"}));
  CAPTURE(text);
  const JsonTree tree = read_json(json_string(text));
  REQUIRE(tree.root);
  CHECK(tree.root->text == text);
}

}  // namespace
}  // namespace lockstep
