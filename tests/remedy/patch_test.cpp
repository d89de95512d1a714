// Tests of remedy/patch. The oracle is nlohmann/json's patch, on the document without comments.
#include "remedy/patch.h"
#include "tests/support/seeds.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

namespace lockstep {
namespace {

using Json = nlohmann::json;
using Kind = PatchOperation::Kind;

std::optional<std::string> after_patch(const std::string& text,
                                       const std::vector<PatchOperation>& patch) {
  const JsonTree tree = read_json(text);
  INFO(text);
  REQUIRE(tree.root);
  return apply_patch(*tree.root, text, patch);
}

Json json_of(const std::string& text) { return Json::parse(text, nullptr, true, true); }

// Rows -------------------------------------------------------------------------------------------

struct Row {
  const char* what;
  std::string before;
  std::vector<PatchOperation> patch;
  std::optional<std::string> after;
};

TEST_CASE("patch: the operations of RFC 6902", "[remedy][patch]") {
  const Row row = GENERATE(values<Row>({
      {"nothing to do", "{ }", {}, "{ }"},
      {"add a member", R"({"a": 1})", {{Kind::add, "/b", "2"}}, R"({"a": 1, "b": 2})"},
      {"add to a member that is there", R"({"a": 1})", {{Kind::add, "/a", "2"}}, R"({"a": 2})"},
      {"add an item", "[1, 3]", {{Kind::add, "/1", "2"}}, "[1, 2, 3]"},
      {"add behind the last", "[1]", {{Kind::add, "/1", "2"}}, "[1, 2]"},
      {"add at -", "[1]", {{Kind::add, "/-", "2"}}, "[1, 2]"},
      {"add behind nothing", "[1]", {{Kind::add, "/2", "2"}}, std::nullopt},
      {"add below nothing", "{}", {{Kind::add, "/a/b", "2"}}, std::nullopt},
      {"add into a number", "[1]", {{Kind::add, "/0/a", "2"}}, std::nullopt},
      {"add the document", " [1] // one", {{Kind::add, "", "{}"}}, " {} // one"},
      {"replace", R"({"a": [1]})", {{Kind::replace, "/a/0", "2"}}, R"({"a": [2]})"},
      {"replace the document", "[1]", {{Kind::replace, "", "2"}}, "2"},
      {"replace nothing", "[1]", {{Kind::replace, "/1", "2"}}, std::nullopt},
      {"replace at -", "[1]", {{Kind::replace, "/-", "2"}}, std::nullopt},
      {"remove a member", R"({"a": 1, "b": 2})", {{Kind::remove, "/a", ""}}, R"({"b": 2})"},
      {"remove nothing", "{}", {{Kind::remove, "/a", ""}}, std::nullopt},
      {"remove at -", "[1]", {{Kind::remove, "/-", ""}}, std::nullopt},
      {"remove the document", "[1]", {{Kind::remove, "", ""}}, std::nullopt},
      {"one after the other", "[1]", {{Kind::add, "/0", "0"}, {Kind::remove, "/1", ""}}, "[0]"},
      {"test", "[1]", {{Kind::test, "/0", "1"}}, "[1]"},
      {"test fails", "[1]", {{Kind::test, "/0", "2"}}, std::nullopt},
      {"test of nothing", "[1]", {{Kind::test, "/1", "2"}}, std::nullopt},
      {"numbers are equal by value",
       "[1, 1e1]",
       {{Kind::test, "/0", "1.0"}, {Kind::test, "/1", "10"}},
       "[1, 1e1]"},
      {"true is no number", "[true]", {{Kind::test, "/0", "1"}}, std::nullopt},
      {"the order of members is nothing",
       R"({"a": 1, "b": [2]})",
       {{Kind::test, "", R"({"b": [2], "a": 1})"}},
       R"({"a": 1, "b": [2]})"},
      {"the order of items is something", "[1, 2]", {{Kind::test, "", "[2, 1]"}}, std::nullopt},
      {"escapes",
       R"({"a/b": {"m~n": 1}})",
       {{Kind::replace, "/a~1b/m~0n", "2"}},
       R"({"a/b": {"m~n": 2}})"},
      {"~01 is ~1", R"({"~1": 1})", {{Kind::replace, "/~01", "2"}}, R"({"~1": 2})"},
      {"an empty key", R"({"": 1})", {{Kind::replace, "/", "2"}}, R"({"": 2})"},
      {"a key like an index", R"({"0": 1})", {{Kind::replace, "/0", "2"}}, R"({"0": 2})"},
      {"a wrong escape", R"({"~2": 1})", {{Kind::replace, "/~2", "2"}}, std::nullopt},
      {"an escape cut short", R"({"~": 1})", {{Kind::replace, "/~", "2"}}, std::nullopt},
      {"a leading zero", "[1, 2]", {{Kind::replace, "/01", "2"}}, std::nullopt},
      {"a sign", "[1, 2]", {{Kind::replace, "/+1", "2"}}, std::nullopt},
      {"an index beyond all bounds",
       "[1]",
       {{Kind::remove, "/99999999999999999999999", ""}},
       std::nullopt},
      {"no pointer", "[1]", {{Kind::remove, "0", ""}}, std::nullopt},
      {"no value", "[1]", {{Kind::add, "/0", ""}}, std::nullopt},
      {"half a value", "[1]", {{Kind::add, "/0", "[1"}}, std::nullopt},
      {"two values", "[1]", {{Kind::add, "/0", "1 2"}}, std::nullopt},
  }));
  INFO(row.what << "\n" << row.before);
  CHECK(after_patch(row.before, row.patch) == row.after);
}

TEST_CASE("patch: a document that becomes too deep is refused", "[remedy][patch]") {
  std::string pointer, text;
  for (std::size_t i = 1; i < json_depth_max; ++i) pointer += "/0";
  text = std::string(json_depth_max, '[') + std::string(json_depth_max, ']');
  CHECK(after_patch(text, {{Kind::add, pointer + "/0", "1"}}).has_value());
  CHECK_FALSE(after_patch(text, {{Kind::add, pointer + "/0", "[]"}}).has_value());
}

TEST_CASE("patch: written as a document of RFC 6902", "[remedy][patch]") {
  CHECK(patch_json({}) == "[]\n");
  const std::vector<PatchOperation> patch = {{Kind::test, "/a\"/0", "[1,  2] // two"},
                                             {Kind::remove, "/a\"/0", ""},
                                             {Kind::replace, "/b", "{\"x\":null}"},
                                             {Kind::add, "/c", "\"\\u0001\""}};
  CHECK(patch_json(patch) == R"([
  {"op": "test", "path": "/a\"/0", "value": [1, 2]},
  {"op": "remove", "path": "/a\"/0"},
  {"op": "replace", "path": "/b", "value": {"x": null}},
  {"op": "add", "path": "/c", "value": "\u0001"}
]
)");
}

TEST_CASE("Edit: writes the patch down, a test before what it takes away", "[remedy][patch]") {
  Edit edit("{\n  \"a\": [1, 2]  // two\n}\n");
  CHECK(edit.remove("/a/0"));
  CHECK(edit.add("/b", "3"));
  CHECK(edit.replace("/b", "4"));
  CHECK_FALSE(edit.remove("/c"));
  CHECK_FALSE(edit.replace("/c", "1"));
  CHECK_FALSE(edit.add("/c/d", "1"));
  CHECK(edit.text() == "{\n  \"a\": [2],  // two\n  \"b\": 4\n}\n");
  CHECK(patch_json(edit.patch()) == R"([
  {"op": "test", "path": "/a/0", "value": 1},
  {"op": "remove", "path": "/a/0"},
  {"op": "add", "path": "/b", "value": 3},
  {"op": "test", "path": "/b", "value": 3},
  {"op": "replace", "path": "/b", "value": 4}
]
)");
}

// Against nlohmann/json --------------------------------------------------------------------------

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  Json value(int depth) {
    switch (below(depth > 0 ? 8 : 5)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 0;
      case 2:
        return static_cast<std::int64_t>(below(4)) - 1;
      case 3:
        return static_cast<double>(below(4)) / 2;
      case 4:
        return key();
      case 5:
      case 6: {
        Json array = Json::array();
        for (std::size_t n = below(4); n > 0; --n) array.push_back(value(depth - 1));
        return array;
      }
      default: {
        Json object = Json::object();
        for (std::size_t n = below(4); n > 0; --n) object[key()] = value(depth - 1);
        return object;
      }
    }
  }
  // With comments and all kinds of layout.
  std::string text(const Json& json) {
    std::string out = blank();
    write(json, out, 0);
    return out + blank();
  }

  // One operation; its pointer names something in three of four cases.
  PatchOperation operation(const Json& document) {
    std::vector<std::string> places;
    collect(document, "", places);
    std::string path = places[below(places.size())];
    const auto kind = static_cast<Kind>(below(4));
    const Json& there = document.at(Json::json_pointer(path));
    if (kind == Kind::add && there.is_array()) {
      path += "/" + (below(3) == 0 ? "-" : std::to_string(below(there.size() + 1)));
    } else if (kind == Kind::add && there.is_object()) {
      path += Json::json_pointer("/" + escaped(key())).to_string();
    }
    if (below(12) == 0 && (there.is_array() || there.is_object())) {
      path += there.is_array() ? "/9" : "/none/at/all";
    }
    const Json value = kind == Kind::test && below(6) > 0 ? there : this->value(2);
    return {kind, path, kind == Kind::remove ? "" : text(value)};
  }

 private:
  std::string key() {
    constexpr const char* keys[] = {"a", "b", "with", "a/b", "m~n", "", "0", "-", "\"\n", "é"};
    return keys[below(std::size(keys))];
  }
  static std::string escaped(const std::string& token) {
    std::string out;
    for (const char c : token) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return out;
  }
  static void collect(const Json& json, const std::string& pointer,
                      std::vector<std::string>& places) {
    places.push_back(pointer);
    if (json.is_array()) {
      for (std::size_t i = 0; i < json.size(); ++i) {
        collect(json[i], pointer + "/" + std::to_string(i), places);
      }
    } else if (json.is_object()) {
      for (const auto& [key, value] : json.items()) {
        collect(value, pointer + "/" + escaped(key), places);
      }
    }
  }
  std::string blank() {
    std::string out;
    while (below(3) == 0) {
      constexpr const char* pieces[] = {" ",          "\n",           "\r\n",
                                        "\t",         "// [c], \"\n", "/* ]} , */",
                                        "/*\n  \n*/", "  // é\r\n",   "\n    "};
      out += pieces[below(std::size(pieces))];
    }
    return out;
  }
  void write(const Json& json, std::string& out, std::size_t depth) {
    if (!json.is_structured()) {
      out += json.dump();
      return;
    }
    const std::size_t layout = below(3);  // one line, a line each, anything
    const auto gap = [&](std::size_t indent) {
      out += layout == 0 ? "" : layout == 1 ? "\n" + std::string(2 * indent, ' ') : blank();
    };
    out += json.is_array() ? '[' : '{';
    std::size_t count = 0;
    for (const auto& [key, value] : json.items()) {
      if (count++ > 0) out += layout == 0 ? ", " : layout == 1 ? "," : blank() + "," + blank();
      if (layout == 1 && below(4) == 0) out += "  // behind";
      gap(depth + 1);
      if (layout == 1 && below(4) == 0) {
        out += "// above";
        gap(depth + 1);
      }
      if (json.is_object()) out += Json(key).dump() + ": ";
      write(value, out, depth + 1);
    }
    if (count > 0) gap(depth);
    out += json.is_array() ? ']' : '}';
  }

  std::mt19937_64 random_;
};

// By nlohmann/json: the document after the patch, if it fits.
std::optional<Json> by_oracle(const Json& document, const std::vector<PatchOperation>& patch) {
  try {
    return document.patch(Json::parse(patch_json(patch)));
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

// nlohmann/json takes null for an object and asserts that a parent is a container.
bool is_for_oracle(const Json& document, const PatchOperation& operation) {
  if (operation.path.empty()) return operation.kind != Kind::remove;
  const Json::json_pointer parent = Json::json_pointer(operation.path).parent_pointer();
  return !document.contains(parent) || document.at(parent).is_structured();
}

bool is_subsequence(const std::string& part, const std::string& whole) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < whole.size() && at < part.size(); ++i) {
    if (whole[i] == part[at]) ++at;
  }
  return at == part.size();
}

void compare(Generator& generator, const std::string& text) {
  const Json document = json_of(text);
  std::vector<PatchOperation> patch;
  std::optional<Json> expected = document;
  for (std::size_t n = 1 + generator.below(4); n > 0 && expected; --n) {
    const PatchOperation operation = generator.operation(*expected);
    if (!is_for_oracle(*expected, operation)) continue;
    patch.push_back(operation);
    expected = by_oracle(*expected, {operation});
  }
  INFO(text << "\n-----\n" << patch_json(patch));
  REQUIRE(by_oracle(document, patch) == expected);
  const std::optional<std::string> after = after_patch(text, patch);
  REQUIRE(after.has_value() == expected.has_value());
  if (!after) return;
  INFO("-----\n" << *after);
  REQUIRE(read_json(*after).complaints.empty());
  REQUIRE(json_of(*after) == *expected);

  // Adding takes nothing away but blanks inside empty brackets.
  const bool only_adds = std::ranges::all_of(patch, [&](const PatchOperation& operation) {
    return operation.kind == Kind::test ||
           (operation.kind == Kind::add && !document.contains(Json::json_pointer(operation.path)));
  });
  const bool has_hollows = text.find("[\n") != text.npos || text.find("{\n") != text.npos;
  if (only_adds && patch.size() == 1 && !has_hollows) REQUIRE(is_subsequence(text, *after));
}

TEST_CASE("patch: on generated documents it does what nlohmann/json does",
          "[remedy][patch][oracle]") {
  for (std::uint64_t seed = 1; seed <= 6000; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    const Json document = generator.value(4);
    compare(generator,
            generator.text(document.is_structured() ? document : Json::array({document})));
  }
}

TEST_CASE("patch: on the scenario files it does what nlohmann/json does",
          "[remedy][patch][oracle]") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(LOCKSTEP_SOURCE_DIR "/scenarios")) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  REQUIRE(!files.empty());
  for (const std::filesystem::path& file : files) {
    CAPTURE(file.string());
    std::ostringstream content;
    content << std::ifstream(file, std::ios::binary).rdbuf();
    for (std::uint64_t seed = 1; seed <= fewer_if_slow(12); ++seed) {
      CAPTURE(seed);
      Generator generator(seed);
      compare(generator, content.str());
      compare(generator, generator.text(json_of(content.str())));
    }
  }
}

}  // namespace
}  // namespace lockstep
