// What all readers of a JSON document share: where things stand, and the words in which they
// say what is wrong with them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "language/complaint.h"
#include "language/json_tree.h"
#include "language/keys.h"
#include "language/line_map.h"
#include "language/pointer.h"

namespace lockstep {

// A value of the document and its JSON Pointer.
struct At {
  const JsonNode& node;
  std::string pointer;

  At item(std::size_t i) const { return {node.items[i], child(pointer, i)}; }
  At member(const JsonNode::Member& m) const { return {m.value, child(pointer, m.key)}; }
};

// In words, for "expected X, found Y".
std::string found(std::string_view text, const JsonNode& node);
// A number such as 2.0 is an integer, as JSON Schema has it. Nothing: it is none, or is beyond 2^53
// and written as a fraction.
std::optional<std::int64_t> whole_number(const JsonNode& node);
// "a", "b" or "c"
std::string listed(std::span<const std::string_view> names);

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), lines_(text) {}  // `text` outlives it

  std::string_view text() const { return text_; }
  Place place(const At& at) const { return place(at.node.begin, at.pointer); }
  Place place(std::size_t offset, std::string pointer) const;

  void complain(const At& at, std::string message);
  void complain(Place place, std::string message);
  // At the key of a member.
  void complain_key(const At& object, const JsonNode::Member& member, std::string message);
  // Inside a string, `offset` bytes behind its beginning; if the string is written with escapes,
  // at its beginning.
  void complain_inside(const At& string, std::size_t offset, std::string message);
  void expected(const At& at, std::string_view what);  // "expected X, found Y"

  // These complain and return nothing if the value is something else.
  bool is_object(const At& at, std::string_view what);
  bool is_array(const At& at, std::string_view what);
  void version(const At& at, std::int64_t known);                // of the format
  const std::string* text(const At& at, std::string_view what);  // a string with a letter in it
  std::optional<bool> boolean(const At& at);
  // Both bounds are included. As whole_number().
  std::optional<std::int64_t> integer(const At& at, std::int64_t least, std::int64_t most);
  std::optional<double> seconds(const At& at, bool zero_allowed,
                                std::optional<double> most = std::nullopt);
  // The position in `names`.
  std::optional<std::size_t> one_of(const At& at, std::span<const std::string_view> names);
  // A name as identifier_fault() wants it.
  const std::string* identifier(const At& at);
  // Of a function that is not called here: says where its arguments belong, should it be.
  const std::string* function_name(const At& at);

  // Complains of keys that are not among `rows` and of required ones that are missing, unless
  // one of the former seems to be meant for the latter. `owner`: "a scenario". Keys that begin
  // with x- are left alone.
  void check_keys(const At& object, std::string_view owner, std::span<const KeyRow> rows);

  // Runs `read`; false if it complained of something that leaves what was read unfit for the
  // compiler. What is read inside and dropped there does no harm outside.
  template <class Read>
  bool is_whole_after(Read read) {
    const bool outside = std::exchange(is_damaged_, false);
    read();
    return !std::exchange(is_damaged_, outside);
  }
  // What is dropped might have declared its names, or assigned to them: that they are unknown
  // proves nothing then.
  void suspect(std::string_view name);
  void suspect(const JsonNode& node);  // its keys, and all words in its strings
  const std::set<std::string, std::less<>>& suspects() const { return suspects_; }

  bool is_full() const { return complaints_.size() >= complaints_max; }
  bool is_content() const { return complaints_.empty(); }
  std::vector<Complaint> take() { return std::move(complaints_); }

 private:
  std::string_view text_;
  LineMap lines_;
  std::vector<Complaint> complaints_;
  bool is_damaged_ = false;
  std::set<std::string, std::less<>> suspects_;
};

// Keys that are nobody's business here.
inline bool is_extension(std::string_view key) { return key.starts_with("x-"); }

}  // namespace lockstep
