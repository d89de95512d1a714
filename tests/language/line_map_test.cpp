// language/line_map.cpp
#include "language/line_map.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

namespace lockstep {
namespace {

// The definition, word for word.
LineColumn counted(std::string_view text, std::size_t offset) {
  LineColumn at{1, 1};
  for (std::size_t i = 0; i < offset && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++at.line;
      at.column = 1;
    } else if (i + 1 >= text.size() || (static_cast<unsigned char>(text[i + 1]) & 0xc0U) != 0x80U) {
      ++at.column;
    }
  }
  return at;
}

TEST_CASE("A line map says what counting from the start says", "[language][line_map][oracle]") {
  const auto seed = GENERATE(range(0U, 20U));
  CAPTURE(seed);
  std::mt19937 random(seed);
  const char* const pieces[] = {"a", "\n", "ä", "锁", "\r\n", "        ", "\xf0\x9f\x94\x92"};
  std::string text;
  while (text.size() < 2000) text += pieces[random() % std::size(pieces)];

  const LineMap map(text);
  bool same = true;
  for (std::size_t offset = 0; offset <= text.size(); ++offset) {
    // Inside a sequence of bytes there is no place.
    if (offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xc0U) == 0x80U) {
      continue;
    }
    const LineColumn expected = counted(text, offset);
    const LineColumn found = map.at(offset);
    same = same && found.line == expected.line && found.column == expected.column;
  }
  CHECK(same);
}

TEST_CASE("A line map gives lines without their breaks", "[language][line_map]") {
  const LineMap map("one\ntwo\r\n\nfour");
  CHECK(map.line(1) == "one");
  CHECK(map.line(2) == "two");
  CHECK(map.line(3) == "");
  CHECK(map.line(4) == "four");
  CHECK(map.line(5) == "");
  CHECK(map.line(0) == "");
}

TEST_CASE("An offset behind the end is the end", "[language][line_map]") {
  const LineColumn end = LineMap("a\nbc").at(99);
  CHECK(end.line == 2);
  CHECK(end.column == 3);
  const LineColumn empty = line_column("", 7);
  CHECK(empty.line == 1);
  CHECK(empty.column == 1);
}

}  // namespace
}  // namespace lockstep
