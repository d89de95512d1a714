// The parser tells what it has read, not where. So it reads through an iterator that counts: when
// it reports a string, the count is the string's end. Where a value begins follows from where
// the one before it ends, since only blanks, comments, commas and colons stand between.
#include "language/json_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "engine/value/unicode.h"
#include "language/json_fault.h"
#include "language/line_map.h"
#include "language/pointer.h"

namespace lockstep {
namespace {

class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, std::size_t* count) : at_(at), count_(count) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*count_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const CountingIterator& a, const CountingIterator& b) {
    return a.at_ == b.at_;
  }

 private:
  const char* at_;
  std::size_t* count_;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

// Where the number or the word that begins at `begin` ends, by JSON's grammar: of 01 the number
// is 0, and the fault comes after it.
std::size_t literal_end(std::string_view text, std::size_t begin) {
  std::size_t at = begin;
  const auto is = [&](char c) { return at < text.size() && text[at] == c; };
  const auto skip = [&](bool (*belongs)(char)) {
    while (at < text.size() && belongs(text[at])) ++at;
  };
  if (at < text.size() && is_letter(text[at])) {
    skip(is_letter);
    return at;
  }
  if (is('-')) ++at;
  if (is('0')) {
    ++at;
  } else {
    skip(is_digit);
  }
  if (is('.')) {
    ++at;
    skip(is_digit);
  }
  if (is('e') || is('E')) {
    ++at;
    if (is('+') || is('-')) ++at;
    skip(is_digit);
  }
  return at;
}

class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(std::string_view text, const std::size_t& consumed)
      : text_(text), consumed_(consumed), lines_(text) {}

  void begin_at(std::size_t offset) { last_end_ = offset; }
  JsonTree take() {
    if (complaints_.empty()) return {std::move(root_), {}};
    return {std::nullopt, std::move(complaints_)};
  }

  bool null() override { return literal(JsonNode::Kind::null); }
  bool boolean(bool b) override {
    node_.boolean = b;
    return literal(JsonNode::Kind::boolean);
  }
  bool number_integer(number_integer_t n) override {
    node_.integer = n;
    return literal(JsonNode::Kind::integer);
  }
  bool number_unsigned(number_unsigned_t n) override {
    const std::size_t at = begin_of_next();
    if (n > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
      complain(at, too_large(at));
    }
    node_.integer = static_cast<std::int64_t>(n);
    return literal(JsonNode::Kind::integer);
  }
  bool number_float(number_float_t x, const string_t& digits) override {
    const std::size_t at = begin_of_next();
    // Without point and exponent: an integer that the parser could not hold.
    if (digits.find_first_of(".eE") == string_t::npos) complain(at, too_large(at));
    node_.real = x;
    return literal(JsonNode::Kind::real);
  }
  bool string(string_t& text) override {
    node_.kind = JsonNode::Kind::string;
    node_.begin = begin_of_next();
    node_.text = std::move(text);
    return finish(consumed_);
  }
  bool binary(binary_t&) override { return false; }  // not in JSON texts

  bool start_object(std::size_t) override { return open(JsonNode::Kind::object); }
  bool key(string_t& text) override {
    JsonNode::Member member;
    member.key_begin = begin_of_next();
    member.key_end = last_end_ = consumed_;
    member.key = std::move(text);
    open_.back().members.push_back(std::move(member));
    before_ = JsonBefore::key;
    return true;
  }
  bool end_object() override {
    duplicates(open_.back());
    return close();
  }
  bool start_array(std::size_t) override { return open(JsonNode::Kind::array); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    constexpr int number_overflow = 406;
    if (error.id == number_overflow) {
      const std::size_t at = begin_of_next();
      complain(at, fmt::format("the number {} is too large", literal_at(at)));
    } else {
      JsonFault fault = json_fault(text_, last_end_, before_);
      complain(fault.offset, std::move(fault.message));
    }
    return false;
  }

 private:
  std::size_t begin_of_next() const {
    std::size_t at = skip_blanks(text_, last_end_);
    while (at < text_.size() && (text_[at] == ',' || text_[at] == ':')) {
      at = skip_blanks(text_, at + 1);
    }
    return at;
  }
  std::string_view literal_at(std::size_t at) const {
    return text_.substr(at, literal_end(text_, at) - at);
  }
  std::string too_large(std::size_t at) const {
    constexpr std::size_t digits_shown = 30;
    const std::string_view digits = literal_at(at);
    return fmt::format("the integer {}{} does not fit into 64 bits", digits.substr(0, digits_shown),
                       digits.size() > digits_shown ? "..." : "");
  }

  bool literal(JsonNode::Kind kind) {
    node_.kind = kind;
    node_.begin = begin_of_next();
    return finish(node_.begin + literal_at(node_.begin).size());
  }
  bool open(JsonNode::Kind kind) {
    JsonNode container;
    container.kind = kind;
    container.begin = begin_of_next();
    last_end_ = consumed_;
    if (open_.size() == json_depth_max) {
      complain(container.begin,
               fmt::format("nested deeper than {} arrays and objects", json_depth_max));
      return false;
    }
    open_.push_back(std::move(container));
    before_ = kind == JsonNode::Kind::array ? JsonBefore::array_begin : JsonBefore::object_begin;
    return true;
  }
  bool close() {
    node_ = std::move(open_.back());
    open_.pop_back();
    return finish(consumed_);
  }
  // node_ is complete but for its end.
  bool finish(std::size_t end) {
    node_.end = last_end_ = end;
    JsonNode node = std::exchange(node_, JsonNode());
    if (++values_ > json_values_max) {
      complain(node.begin, fmt::format("more than {} values", json_values_max));
      return false;
    }
    if (open_.empty()) {
      root_ = std::move(node);
      before_ = JsonBefore::document;
    } else if (JsonNode& parent = open_.back(); parent.kind == JsonNode::Kind::array) {
      parent.items.push_back(std::move(node));
      before_ = JsonBefore::item;
    } else {
      parent.members.back().value = std::move(node);
      before_ = JsonBefore::member;
    }
    return true;
  }

  void duplicates(const JsonNode& object) {
    std::vector<std::size_t> order(object.members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return object.members[a].key < object.members[b].key;
    });
    std::size_t first = 0;  // position in `order` of the first member with the key
    for (std::size_t i = 1; i < order.size(); ++i) {
      const JsonNode::Member& member = object.members[order[i]];
      const JsonNode::Member& earlier = object.members[order[first]];
      if (member.key != earlier.key) {
        first = i;
      } else {
        complain(member.key_begin,
                 fmt::format("the key {} stands here already in line {}", in_quotes(member.key),
                             lines_.at(earlier.key_begin).line),
                 &member.key);
      }
    }
  }

  // Where in the document the fault is: the containers that are open, and `key` in the innermost.
  std::string pointer_here(const std::string* key) const {
    std::string pointer;
    for (std::size_t depth = 0; depth < open_.size(); ++depth) {
      const JsonNode& container = open_[depth];
      const bool innermost = depth + 1 == open_.size();
      if (container.kind == JsonNode::Kind::array) {
        // Between the items of the innermost array the fault belongs to the array.
        if (!innermost) pointer = child(pointer, container.items.size());
      } else if (innermost && key != nullptr) {
        pointer = child(pointer, *key);
      } else if (!container.members.empty() && (!innermost || before_ == JsonBefore::key)) {
        pointer = child(pointer, container.members.back().key);
      }
    }
    return pointer;
  }
  void complain(std::size_t offset, std::string message, const std::string* key = nullptr) {
    if (complaints_.size() == complaints_max) return;
    const LineColumn at = lines_.at(offset);
    complaints_.push_back({{at.line, at.column, pointer_here(key)}, std::move(message)});
  }

  std::string_view text_;
  const std::size_t& consumed_;
  LineMap lines_;
  std::size_t last_end_ = 0;  // of the last token
  JsonBefore before_ = JsonBefore::nothing;
  std::size_t values_ = 0;
  JsonNode node_;
  std::vector<JsonNode> open_;  // outermost first
  std::optional<JsonNode> root_;
  std::vector<Complaint> complaints_;
};

std::optional<JsonFault> unreadable(std::string_view text) {
  if (text.size() > json_bytes_max) {
    return JsonFault{
        0, fmt::format("the file has {} bytes; at most {} are read", text.size(), json_bytes_max)};
  }
  const std::optional<Utf8Error> error = utf8_error(text);
  const std::size_t nul = text.find('\0');
  if (nul < (error ? error->start : text.size())) return JsonFault{nul, "found a NUL byte"};
  if (error) return JsonFault{error->start, fmt::format("invalid UTF-8: {}", error->reason)};
  return std::nullopt;
}

}  // namespace

const JsonNode* JsonNode::find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const Member& member) { return member.key == key; });
  return found == members.end() ? nullptr : &found->value;
}

std::string json_string(std::string_view text) { return nlohmann::json(text).dump(); }

JsonTree read_json(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  JsonTree tree;
  if (const std::optional<JsonFault> fault = unreadable(text)) {
    const LineColumn at = line_column(text, fault->offset);
    tree.complaints.push_back({{at.line, at.column, ""}, fault->message});
    return tree;
  }
  std::size_t consumed = 0;
  Builder builder(text, consumed);
  if (text.starts_with(byte_order_mark)) builder.begin_at(byte_order_mark.size());
  const CountingIterator begin(text.data(), &consumed);
  const CountingIterator end(text.data() + text.size(), &consumed);
  nlohmann::json::sax_parse(begin, end, &builder, nlohmann::json::input_format_t::json,
                            /*strict=*/true, /*ignore_comments=*/true);
  return builder.take();
}

}  // namespace lockstep
