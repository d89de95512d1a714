// RFC 6902 patches of a document's text: written down edit by edit, and applied.
// Tested by tests/remedy/patch_test.cpp.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language/json_tree.h"
#include "remedy/remedy.h"

namespace lockstep {

// What an RFC 6901 pointer names; null if there is nothing, or it is none.
const JsonNode* resolve(const JsonNode& root, std::string_view pointer);
// The pointer of the value in which the one named by `pointer` is, and its last token with the
// escapes undone. Requires: a pointer other than "".
std::string_view parent_of(std::string_view pointer);
std::string last_token(std::string_view pointer);

// As RFC 6902 compares in a test: numbers by value, objects whatever the order of the members.
bool is_equal(const JsonNode& a, const JsonNode& b);

// A document that is changed step by step, and the patch that does the same. All pointers are
// those of the document as it stands at that moment.
class Edit {
 public:
  // Requires: `text` is JSON.
  explicit Edit(std::string text);

  const std::string& text() const { return text_; }
  const JsonNode& tree() const { return tree_; }
  const std::vector<PatchOperation>& patch() const { return patch_; }
  const JsonNode* at(std::string_view pointer) const { return resolve(tree_, pointer); }

  // False, and nothing is changed, if there is nothing at the pointer, no place for a value, or
  // the document would be more than read_json takes.
  bool add(std::string pointer, std::string value);
  bool replace(std::string pointer, std::string value);
  bool remove(std::string pointer, bool comments_above = false);

 private:
  bool apply(std::vector<PatchOperation> operations);

  std::string text_;
  JsonNode tree_;
  std::vector<PatchOperation> patch_;
};

}  // namespace lockstep
