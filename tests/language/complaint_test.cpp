// language/complaint.cpp
#include "language/complaint.h"

#include <catch2/catch.hpp>

namespace lockstep {
namespace {

Complaint complaint(std::uint32_t line, std::uint32_t column, std::string message,
                    std::string pointer = "") {
  return {{line, column, std::move(pointer)}, std::move(message)};
}

TEST_CASE("A complaint is printed with its place, its line and a caret", "[language][complaint]") {
  CHECK(
      render("abba.json", "{\n  \"objcts\": 1\n}\n", {complaint(2, 3, "unknown key", "/objcts")}) ==
      "abba.json:2:3: /objcts: unknown key\n"
      "  2 |   \"objcts\": 1\n"
      "    |   ^\n");
}

TEST_CASE("A complaint of the whole document has no pointer", "[language][complaint]") {
  CHECK(render("-", "{}", {complaint(1, 1, "nothing to run")}) ==
        "-:1:1: nothing to run\n"
        "  1 | {}\n"
        "    | ^\n");
}

TEST_CASE("Complaints are printed in the order of their places, equal places as they came",
          "[language][complaint]") {
  const std::string text = render("f", "a\nb\nc\n",
                                  {complaint(3, 1, "third"), complaint(1, 1, "first, one"),
                                   complaint(2, 1, "second"), complaint(1, 1, "first, two")});
  std::vector<std::size_t> at;
  for (const char* message : {"first, one", "first, two", "second", "third"}) {
    at.push_back(text.find(message));
  }
  CHECK(std::is_sorted(at.begin(), at.end()));
  CHECK(at.back() != std::string::npos);
}

TEST_CASE("The caret stands under the letter whatever is before it", "[language][complaint]") {
  struct Row {
    const char* what;
    std::string line;
    std::uint32_t column;
    std::size_t blanks;  // before the caret
  };
  const Row row = GENERATE(values<Row>({
      {"ASCII", "abcdef", 4, 3},
      {"a letter of two bytes is one column", "äbcdef", 4, 3},
      {"an East Asian letter takes two columns", "取锁cdef", 4, 5},
      {"a pictograph too",
       "\xf0\x9f\x94\x92"
       "bcdef",
       4, 4},
      {"a tab is shown as a blank", "\ta\tb", 4, 3},
      {"behind the last letter", "abc", 4, 3},
  }));
  INFO(row.what);
  const std::string text = render("f", row.line, {complaint(1, row.column, "here")});
  CHECK(text.substr(text.rfind("| ")) == "| " + std::string(row.blanks, ' ') + "^\n");
}

TEST_CASE("Of a long line the part around the caret is shown", "[language][complaint]") {
  const std::string line = std::string(500, 'a') + "X" + std::string(500, 'b');
  // Fifty letters before the caret, fifty from it on.
  CHECK(render("f", line, {complaint(1, 501, "here")}) ==
        "f:1:501: here\n"
        "  1 | ..." +
            std::string(50, 'a') + "X" + std::string(49, 'b') + "...\n" + "    |    " +
            std::string(50, ' ') + "^\n");
}

TEST_CASE("What would steer a terminal is printed as JSON escapes it", "[language][complaint]") {
  const std::string text = render("f\x1b[31m.json", "\x1b[2Jx\n",
                                  {complaint(1, 1, "found \"\x1b]0;\x07\u202e\"", "/a\nb")});
  CHECK(text ==
        "f\\u001b[31m.json:1:1: /a\\u000ab: found \"\\u001b]0;\\u0007\\u202e\"\n"
        "  1 |  [2Jx\n"
        "    | ^\n");
}

TEST_CASE("Bytes that are no UTF-8 are printed as the replacement character",
          "[language][complaint]") {
  CHECK(render("f", "a\xff\xfe\n", {complaint(1, 2, "invalid UTF-8")}) ==
        "f:1:2: invalid UTF-8\n"
        "  1 | a\ufffd\ufffd\n"
        "    |  ^\n");
}

TEST_CASE("A hundred complaints are printed, and how many more there are",
          "[language][complaint]") {
  std::vector<Complaint> complaints;
  for (std::uint32_t i = 1; i <= 107; ++i) complaints.push_back(complaint(i, 1, "wrong"));
  const std::string text = render("f", std::string(200, '\n'), complaints);
  CHECK(text.find("f:100:1: wrong") != std::string::npos);
  CHECK(text.find("f:101:1:") == std::string::npos);
  CHECK(text.ends_with("and 7 more\n"));
}

TEST_CASE("A place behind the end of the source is printed all the same", "[language][complaint]") {
  CHECK(render("f", "", {complaint(1, 1, "empty")}) ==
        "f:1:1: empty\n"
        "  1 | \n"
        "    | ^\n");
  CHECK(render("f", "a\n", {complaint(9, 9, "gone")}).starts_with("f:9:9: gone\n"));
}

TEST_CASE("The nearest name is the one that a slip of the fingers makes", "[language][complaint]") {
  struct Row {
    std::string found;
    std::vector<std::string> candidates;
    std::string nearest;
  };
  const Row row = GENERATE(values<Row>({
      {"mutxA", {"mutexA", "mutexB"}, "mutexA"},    // a letter too few
      {"mutexxA", {"mutexB", "mutexA"}, "mutexA"},  // one too many
      {"mutaxA", {"mutexA"}, "mutexA"},             // another one
      {"mutxeA", {"mutexA"}, "mutexA"},             // two exchanged
      {"MUTEXA", {"mutexB", "mutexA"}, "mutexA"},   // capitals
      {"notifyAll", {"notify", "notify_all"}, "notify_all"},
      {"wait-for", {"wait", "wait_for"}, "wait_for"},
      {"mutexC", {"mutexA", "mutexB"}, "mutexA"},  // equally near: the first
      {"lock", {"semaphore", "event"}, ""},        // nothing near
      {"x", {"y"}, ""},                            // nothing is left of the name
      {"ab", {"ac"}, "ac"},
      {"", {"a"}, ""},
      {"a", {}, ""},
      {"same", {"same"}, ""},                                // it is there: not meant
      {std::string(200, 'a'), {std::string(199, 'a')}, ""},  // too long for a slip
  }));
  CAPTURE(row.found);
  CHECK(nearest(row.found, row.candidates) == row.nearest);
  CHECK(did_you_mean(row.found, row.candidates) ==
        (row.nearest.empty() ? "" : "; did you mean \"" + row.nearest + "\"?"));
}

TEST_CASE("A pointer into the depths is shortened, another is not", "[language][complaint]") {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "/0";
  const std::string said = render("f", "[", {{{1, 1, deep}, "m"}, {{1, 1, "/threads/T1/0"}, "n"}});
  CHECK_THAT(said, Catch::Contains("f:1:1: " + deep.substr(0, 60) + "/...: m\n") &&
                       Catch::Contains("f:1:1: /threads/T1/0: n\n"));
}

}  // namespace
}  // namespace lockstep
