// report/words: numbers and names as every report writes them.
#include "report/words.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace lockstep {
namespace {

TEST_CASE("printable leaves letters alone and shows what a terminal would act on",
          "[report][words]") {
  struct Row {
    std::string meaning, text, shown;
  };
  const Row row = GENERATE(values<Row>({
      {"letters of any script", "mutexÄ 鎖 🔒", "mutexÄ 鎖 🔒"},
      {"an escape sequence", "\x1b[31mred\x07", "\\x1b[31mred\\x07"},
      {"line breaks", "a\r\nb\tc", "a\\r\\nb\\tc"},
      {"a control of Latin-1", "a\u0085b", "a\\x85b"},
      {"a turned writing direction", "a\u202eb", "a\\u202eb"},
      {"an invisible letter", "a\u200bb", "a\\u200bb"},
      {"a tag", "a\U000e0041b", "a\\U000e0041b"},
      {"bytes that are no UTF-8", "a\xff\xc3(b", "a\\xff\\xc3(b"},
      {"a sequence that is cut off", "a\xe2\x82", "a\\xe2\\x82"},
  }));
  INFO(row.meaning);
  CHECK(printable(row.text) == row.shown);
}

TEST_CASE("Widths are those of a terminal's columns", "[report][words]") {
  CHECK(display_width("lock") == 4);
  CHECK(display_width("鎖") == 2);
  CHECK(display_width("e\u0301") == 1);
  CHECK(padded("鎖", 4) == "鎖  ");
  CHECK(padded("lock", 2) == "lock");
  CHECK(shortened("mutexA", 6) == "mutexA");
  CHECK(shortened("mutexAB", 6) == "mut...");
  CHECK(shortened("鎖鎖鎖鎖", 7) == "鎖鎖...");
  CHECK(shortened("鎖鎖鎖鎖", 6) == "鎖...");
  CHECK(shortened_within("ThreadPoolExecutor-0_12", 16) == "ThreadP...r-0_12");
  CHECK(shortened_within("ThreadPoolExecutor-0_12", 23) == "ThreadPoolExecutor-0_12");
  CHECK(shortened_within("鎖鎖鎖鎖鎖鎖鎖鎖", 13) == "鎖鎖...鎖鎖鎖");
  CHECK(shortened_within("Thread-12", 8) == "Threa...");
}

TEST_CASE("Numbers are grouped from five digits on", "[report][words]") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(9999) == "9999");
  CHECK(grouped(10000) == "10,000");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(counted(1, "state") == "1 state");
  CHECK(counted(0, "state") == "0 states");
  CHECK(counted(2, "entry", "entries") == "2 entries");
}

TEST_CASE("Names are listed as in a sentence", "[report][words]") {
  CHECK(listed(std::vector<std::string>{}) == "");
  CHECK(listed(std::vector<std::string>{"T1"}) == "T1");
  CHECK(listed(std::vector<std::string>{"T1", "T2"}) == "T1 and T2");
  CHECK(listed(std::vector<std::string>{"T1", "T2", "T3"}, "or") == "T1, T2 or T3");
}

TEST_CASE("Times and sizes have the unit in which they are small numbers", "[report][words]") {
  CHECK(seconds_text(0) == "0 s");
  CHECK(seconds_text(0.0000035) == "3.5 µs");
  CHECK(seconds_text(0.00042) == "0.4 ms");
  CHECK(seconds_text(0.0123) == "12 ms");
  CHECK(seconds_text(3.21) == "3.2 s");
  CHECK(seconds_text(245) == "4 min 05 s");
  CHECK(bytes_text(812) == "812 B");
  CHECK(bytes_text(3400) == "3.4 kB");
  CHECK(bytes_text(999'999) == "1.0 MB");
  CHECK(bytes_text(1'200'000'000) == "1.2 GB");
}

TEST_CASE("An argument is quoted so that a shell reads it back", "[report][words]") {
  CHECK(shell_quoted("scenarios/a-b.json") == "scenarios/a-b.json");
  CHECK(shell_quoted("T1*3,T2") == "'T1*3,T2'");
  CHECK(shell_quoted("") == "''");
  CHECK(shell_quoted("it's") == "'it'\\''s'");
  CHECK(shell_quoted("$(rm) `x`") == "'$(rm) `x`'");
  CHECK(shell_quoted("a\x1b[1mb'c") == "$'a\\x1b[1mb\\'c'");
}

TEST_CASE("Words: a list of very many names is shortened", "[report][words]") {
  std::vector<std::string> names;
  for (int i = 1; i <= 16; ++i) names.push_back("T" + std::to_string(i));
  CHECK_THAT(listed(names), Catch::EndsWith("T15 and T16"));
  names.resize(12016, "T");
  CHECK_THAT(listed(names), Catch::EndsWith(", T15, T16 and 12,000 more"));
}

TEST_CASE("Words: a hanging indent", "[report][words]") {
  CHECK(hanging("one two three", 9, 2, 4) == "  one\n    two\n    three\n");
  CHECK(hanging("one two three", 12, 2, 4) == "  one two\n    three\n");
  CHECK(hanging("one", 80, 0, 2) == "one\n");
}

}  // namespace
}  // namespace lockstep
