// report/unified_diff: what `patch` and `git apply` take.
#include "report/unified_diff.h"

#include <catch2/catch.hpp>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace lockstep {
namespace {

TEST_CASE("A changed line stands between three lines of context", "[report][unified_diff]") {
  CHECK(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nfive\n6\n7\n8\n", "a/x", "b/x") ==
        "--- a/x\n+++ b/x\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST_CASE("A line without its line break says so", "[report][unified_diff]") {
  CHECK(unified_diff("a\nb", "a\nb\n", "x", "x") ==
        "--- x\n+++ x\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n");
}

TEST_CASE("Equal texts have no difference; an empty one has all", "[report][unified_diff]") {
  CHECK(unified_diff("a\n", "a\n", "x", "x") == "");
  CHECK(unified_diff("", "a\n", "x", "x") == "--- x\n+++ x\n@@ -0,0 +1 @@\n+a\n");
  CHECK(unified_diff("a\n", "", "x", "x") == "--- x\n+++ x\n@@ -1 +0,0 @@\n-a\n");
}

// Applies a diff by the letter of the format, with no tolerance.
std::string applied(const std::string& before, const std::string& diff) {
  std::vector<std::string> lines, result;
  std::stringstream in(before), edits(diff);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::size_t next = 0;
  std::string line;
  std::getline(edits, line);
  std::getline(edits, line);
  while (std::getline(edits, line)) {
    if (line[0] == '@') {
      const std::size_t first = std::stoul(line.substr(4));
      const bool none = line.substr(0, line.find(" +")).ends_with(",0");
      while (next + (none ? 0 : 1) < first) result.push_back(lines[next++]);
      continue;
    }
    if (line[0] != '+') REQUIRE(lines.at(next++) == line.substr(1));
    if (line[0] != '-') result.push_back(line.substr(1));
  }
  while (next < lines.size()) result.push_back(lines[next++]);
  std::string text;
  for (const std::string& each : result) text += each + "\n";
  return text;
}

TEST_CASE("A difference turns the one text into the other", "[report][unified_diff]") {
  constexpr unsigned seed = 20240229;
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> lines;
    for (std::size_t i = below(40); i > 0; --i) lines.push_back(std::to_string(below(4)));
    std::vector<std::string> changed = lines;
    for (std::size_t i = below(8); i > 0; --i) {
      const std::size_t at = below(changed.size() + 1);
      if (below(2) == 0 || at == changed.size()) {
        changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(at), "new");
      } else {
        changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
    std::string before, after;
    for (const std::string& line : lines) before += line + "\n";
    for (const std::string& line : changed) after += line + "\n";
    const std::string diff = unified_diff(before, after, "x", "x");
    INFO(diff);
    if (before == after) {
      CHECK(diff.empty());
    } else {
      CHECK(applied(before, diff) == after);
    }
  }
}

}  // namespace
}  // namespace lockstep
