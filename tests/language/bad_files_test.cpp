// Every file in bad/ beside the text that it gets, word for word. A new message is a new pair:
//   lockstep validate bad/NAME.json > bad/NAME.txt    in this folder, then read it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "language/load.h"

namespace lockstep {
namespace {

const std::filesystem::path folder =
    std::filesystem::path(LOCKSTEP_SOURCE_DIR) / "tests" / "language" / "bad";

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::filesystem::path> bad_files() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST_CASE("A bad file gets exactly the complaints that stand beside it", "[language][complaint]") {
  const std::vector<std::filesystem::path> paths = bad_files();
  REQUIRE(paths.size() >= 60);
  for (const std::filesystem::path& path : paths) {
    const std::string name = "bad/" + path.filename().string();
    INFO(name);
    const std::string text = content(path);
    const Loaded loaded = load(name, text);
    CHECK_FALSE(loaded.program.has_value());
    const std::string expected = content(std::filesystem::path(path).replace_extension(".txt"));
    CHECK_FALSE(expected.empty());
    CHECK(render(name, text, loaded.complaints) == expected);
  }
}

TEST_CASE("A bad file has at least one complaint with a place inside the file",
          "[language][complaint]") {
  for (const std::filesystem::path& path : bad_files()) {
    INFO(path.filename().string());
    const std::string text = content(path);
    const auto lines = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n') + 1);
    const Loaded loaded = load("-", text);
    REQUIRE_FALSE(loaded.complaints.empty());
    for (const Complaint& complaint : loaded.complaints) {
      CHECK(complaint.place.line >= 1);
      CHECK(complaint.place.line <= lines);
      CHECK(complaint.place.column >= 1);
    }
  }
}

}  // namespace
}  // namespace lockstep
