// engine/value/unicode.h
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "engine/value/unicode.h"

namespace lockstep {

TEST_CASE("UTF-8: every code point that is no surrogate survives", "[engine][value]") {
  bool all = true;
  for (std::uint32_t c = 0; c < code_point_end; ++c) {
    if (is_surrogate(c)) continue;
    const std::string text = utf8(c);
    all = all && is_valid_utf8(text) && code_point_at(text, 0) == c &&
          sequence_bytes(text[0]) == text.size() && count_code_points(text) == 1;
  }
  CHECK(all);
}

TEST_CASE("UTF-8: what is not valid is told with CPython's extent and reason", "[engine][value]") {
  struct Row {
    std::string bytes;
    std::size_t start, end;
    std::string_view reason;
  };
  const Row row = GENERATE(values<Row>({
      {"ab\xff", 2, 3, "invalid start byte"},
      {"\x80", 0, 1, "invalid start byte"},
      {"\xc0\xaf", 0, 1, "invalid start byte"},
      {"a\xe2\x82", 1, 3, "unexpected end of data"},
      {"\xe2\x28\xa1", 0, 1, "invalid continuation byte"},
      {"\xf0\x9f\x98x", 0, 3, "invalid continuation byte"},
      {"\xed\xa0\x80", 0, 1, "invalid continuation byte"},
      {"\xf4\x90\x80\x80", 0, 1, "invalid continuation byte"},
  }));
  const auto error = utf8_error(row.bytes);
  REQUIRE(error.has_value());
  CHECK(error->start == row.start);
  CHECK(error->end == row.end);
  CHECK(error->reason == row.reason);
  CHECK_FALSE(is_valid_utf8(row.bytes));
}

TEST_CASE("UTF-8: positions are counted in code points", "[engine][value]") {
  const std::string text = "a\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80z";
  CHECK(count_code_points(text) == 5);
  const std::vector<std::size_t> offsets{0, 1, 3, 6, 10, 11, 11};  // past the end: the end
  for (std::size_t i = 0; i < offsets.size(); ++i) CHECK(byte_offset(text, i) == offsets[i]);
}

TEST_CASE("White space: it is stripped from both ends, whatever its width", "[engine][value]") {
  CHECK(strip_space(" \t\n\xc2\xa0\xe2\x80\x83x y\xe3\x80\x80 ") == "x y");
  CHECK(strip_space(" \xc2\xa0") == "");
  CHECK(strip_space("") == "");
}

TEST_CASE("Casing: letters of the scripts that are known, and the sharp s", "[engine][value]") {
  struct Row {
    std::uint32_t letter;
    std::string_view upper, lower;
  };
  const Row row = GENERATE(values<Row>({
      {'a', "A", "a"},
      {'Z', "Z", "z"},
      {'1', "1", "1"},
      {0xe9, "\xc3\x89", "\xc3\xa9"},
      {0xdf, "SS", "\xc3\x9f"},
      {0xff, "\xc5\xb8", "\xc3\xbf"},
      {0x17e, "\xc5\xbd", "\xc5\xbe"},
      {0x3a9, "\xce\xa9", "\xcf\x89"},
      {0x436, "\xd0\x96", "\xd0\xb6"},
      {0x65e5, "\xe6\x97\xa5", "\xe6\x97\xa5"},
  }));
  CAPTURE(row.letter);
  std::string upper;
  std::string lower;
  append_upper(upper, row.letter);
  append_lower(lower, row.letter);
  CHECK(upper == row.upper);
  CHECK(lower == row.lower);
}

TEST_CASE("Digits: decimal ones have a value and others do not", "[engine][value]") {
  CHECK(decimal_digit('7') == 7);
  CHECK(decimal_digit(0x665) == 5);
  CHECK(decimal_digit(0xff19) == 9);
  CHECK_FALSE(decimal_digit(0xb2).has_value());
  CHECK_FALSE(decimal_digit('a').has_value());
  CHECK(is_digit(0xb2));
  CHECK_FALSE(is_digit(0xbd));
}

}  // namespace lockstep
