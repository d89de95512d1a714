// Changes of a JSON text that leave everything else as it stands: comments, blank lines, layout.
//
// What is put in looks like its neighbours: on a line of its own with their indentation where
// they have one, else behind a comma and a blank. A comment on the line on which something
// ends belongs to it, and goes when it goes; a comment above it stays.
// Tested by tests/remedy/splice_test.cpp.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "language/json_tree.h"

namespace lockstep {

// In all of these `text` is the text of the tree that the node is in, and `value` a JSON value.
// Comments around the value are kept where it gets a line of its own, and left out elsewhere.
std::string replaced(std::string_view text, const JsonNode& node, std::string_view value);
// Before the item `index`, or at the end if there are so many.
std::string with_item(std::string_view text, const JsonNode& array, std::size_t index,
                      std::string_view value);
// A new member, as the last one. Requires: the object has no such key.
std::string with_member(std::string_view text, const JsonNode& object, std::string_view key,
                        std::string_view value);
// Without one item or member; where it has lines of its own, perhaps without the comments above it.
std::string without(std::string_view text, const JsonNode& container, std::size_t index,
                    bool comments_above = false);

// An item as a value for with_item: with the comment that belongs to it, and with those above.
std::string item_text(std::string_view text, const JsonNode& array, std::size_t index);
std::string item_text_and_above(std::string_view text, const JsonNode& array, std::size_t index);
// The items from first to last between two texts, as a value: a statement around others. Where they
// have lines of their own, they keep them, a step further in than `open` and `close`.
std::string items_between(std::string_view text, const JsonNode& array, std::size_t first,
                          std::size_t last, std::string_view open, std::string_view close);
// What stands behind an item on its line, a comment; and the lines of comments above it.
std::string comment_behind(std::string_view text, const JsonNode& array, std::size_t index);
std::string comments_above(std::string_view text, const JsonNode& array, std::size_t index);

// On one line and without comments: {"with": ["a", "b"], "do": []}
std::string one_line(std::string_view text, const JsonNode& node);

}  // namespace lockstep
