// language/names.cpp and language/pointer.cpp
#include "language/names.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/value/exceptions.h"
#include "language/pointer.h"

namespace lockstep {
namespace {

TEST_CASE("Names: an identifier is Python's", "[language][names]") {
  for (const char* good : {"n", "_", "mutexA", "a1", "__x__", "match", "锁", "größe", "print"}) {
    CAPTURE(good);
    CHECK(identifier_fault(good) == "");
  }
  for (const char* bad : {"", "1a", "a b", " a", "a ", "a-b", "a.b", "a[0]", "'a'", "a\n", "€"}) {
    CAPTURE(bad);
    CHECK(identifier_fault(bad) ==
          "expected a name (letters, digits and _), found \"" + std::string(bad) + "\"");
  }
  for (const std::string_view keyword : keywords()) {
    CAPTURE(keyword);
    CHECK(identifier_fault(keyword) ==
          "expected a name, found the keyword \"" + std::string(keyword) + "\"");
  }
  CHECK(identifier_fault(std::string(80, 'n')) == "");
  CHECK(identifier_fault(std::string(81, 'n')) ==
        "a name has at most 80 letters; \"" + std::string(60, 'n') + "...\" has 81");
}

TEST_CASE("Names: a thread's name is any text of one line", "[language][names]") {
  for (const char* good : {"T1", "Thread-1 (work)", " ", "线程", "a*b", "if"}) {
    CAPTURE(good);
    CHECK(thread_name_fault(good) == "");
  }
  CHECK(thread_name_fault("") == "a thread needs a name");
  CHECK(thread_name_fault("a\nb") == "a thread's name has no control characters");
  CHECK(thread_name_fault("a\x7f") == "a thread's name has no control characters");
  CHECK(thread_name_fault("a\xc2\x9b") == "a thread's name has no control characters");
  std::string eighty;
  for (int i = 0; i < 80; ++i) eighty += "线";
  CHECK(thread_name_fault(eighty) == "");
  CHECK(thread_name_fault(eighty + "!").starts_with("a thread's name has at most 80 letters"));
}

TEST_CASE("Names: every exception class has its name", "[language][names]") {
  const std::vector<std::string> names = exception_names();
  CHECK(names.size() == exception_kinds);
  CHECK(std::all_of(names.begin(), names.end(),
                    [](const std::string& name) { return exception_named(name).has_value(); }));
}

TEST_CASE("Pointers are RFC 6901's", "[language][pointer]") {
  CHECK(child("", "a") == "/a");
  CHECK(child("/a", 3) == "/a/3");
  CHECK(child("/a", "b/c~d") == "/a/b~1c~0d");
  CHECK(child("", "") == "/");
  // A key of a hostile file is cut, or the pointers below it would outgrow the file.
  CHECK(child("", std::string(1000, 'k')) == "/" + std::string(30, 'k') + "...");
}

TEST_CASE("A text in a message is cut between letters", "[language][pointer]") {
  CHECK(in_quotes("abc") == "\"abc\"");
  std::string letters;
  for (int i = 0; i < 61; ++i) letters += "锁";
  CHECK(in_quotes(letters) == "\"" + letters.substr(0, 180) + "...\"");
  CHECK(with_article("Lock") == "a Lock");
  CHECK(with_article("Event") == "an Event");
}

}  // namespace
}  // namespace lockstep
