#include "language/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "language/names.h"
#include "language/tokens.h"

namespace lockstep {
namespace {

constexpr std::size_t number_shown_max = 40;

bool has_visible(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") != std::string_view::npos;
}

}  // namespace

std::string found(std::string_view text, const JsonNode& node) {
  using Kind = JsonNode::Kind;
  switch (node.kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return node.boolean ? "true" : "false";
    case Kind::integer:
    case Kind::real:
      return std::string(
          text.substr(node.begin, std::min(node.end - node.begin, number_shown_max)));
    case Kind::string:
      return in_quotes(node.text);
    case Kind::array:
      return node.items.empty() ? "an empty array" : "an array";
    case Kind::object:
      return "an object";
  }
  return "";
}

std::optional<std::int64_t> whole_number(const JsonNode& node) {
  constexpr double exact_max = 9007199254740992;  // 2^53
  if (node.kind == JsonNode::Kind::integer) return node.integer;
  if (node.kind != JsonNode::Kind::real || std::floor(node.real) != node.real ||
      std::fabs(node.real) > exact_max) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(node.real);
}

std::string listed(std::span<const std::string_view> names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
    out += fmt::format("\"{}\"", names[i]);
  }
  return out;
}

Place Reader::place(std::size_t offset, std::string pointer) const {
  const LineColumn at = lines_.at(offset);
  return {at.line, at.column, std::move(pointer)};
}

void Reader::complain(Place place, std::string message) {
  is_damaged_ = true;
  if (complaints_.size() == complaints_max) return;
  if (complaints_.size() == complaints_max - 1) message = "and so on; nothing is read from here on";
  complaints_.push_back({std::move(place), std::move(message)});
}

void Reader::complain(const At& at, std::string message) {
  complain(place(at), std::move(message));
}

void Reader::complain_key(const At& object, const JsonNode::Member& member, std::string message) {
  complain(place(member.key_begin, child(object.pointer, member.key)), std::move(message));
}

void Reader::complain_inside(const At& string, std::size_t offset, std::string message) {
  const std::size_t begin = string.node.begin;
  const std::string_view raw = text_.substr(begin, string.node.end - begin);
  const bool is_exact = raw.find('\\') == std::string_view::npos;
  complain(place(is_exact ? begin + 1 + offset : begin, string.pointer), std::move(message));
}

void Reader::expected(const At& at, std::string_view what) {
  complain(at, fmt::format("expected {}, found {}", what, found(text_, at.node)));
}

bool Reader::is_object(const At& at, std::string_view what) {
  if (at.node.kind == JsonNode::Kind::object) return true;
  expected(at, what);
  suspect(at.node);
  return false;
}

bool Reader::is_array(const At& at, std::string_view what) {
  if (at.node.kind == JsonNode::Kind::array) return true;
  expected(at, what);
  suspect(at.node);
  return false;
}

void Reader::version(const At& at, std::int64_t known) {
  if (whole_number(at.node) == known) return;
  expected(at, fmt::format("{}, the version of the format", known));
}

const std::string* Reader::text(const At& at, std::string_view what) {
  if (at.node.kind == JsonNode::Kind::string && has_visible(at.node.text)) return &at.node.text;
  expected(at, what);
  return nullptr;
}

std::optional<bool> Reader::boolean(const At& at) {
  if (at.node.kind == JsonNode::Kind::boolean) return at.node.boolean;
  expected(at, "true or false");
  return std::nullopt;
}

std::optional<std::int64_t> Reader::integer(const At& at, std::int64_t least, std::int64_t most) {
  const std::optional<std::int64_t> n = whole_number(at.node);
  if (n && *n >= least && *n <= most) return n;
  expected(at, fmt::format("an integer from {} to {}", least, most));
  return std::nullopt;
}

std::optional<double> Reader::seconds(const At& at, bool zero_allowed, std::optional<double> most) {
  const JsonNode& node = at.node;
  std::optional<double> x;
  if (node.kind == JsonNode::Kind::integer) x = static_cast<double>(node.integer);
  if (node.kind == JsonNode::Kind::real) x = node.real;
  const bool is_enough = x && (*x > 0 || (zero_allowed && *x == 0));
  if (is_enough && (!most || *x <= *most)) return x;
  std::string wanted = zero_allowed ? "a number of seconds" : "a number of seconds above 0";
  if (is_enough) wanted = fmt::format("at most {} {}", *most, *most == 1 ? "second" : "seconds");
  expected(at, wanted);
  return std::nullopt;
}

std::optional<std::size_t> Reader::one_of(const At& at, std::span<const std::string_view> names) {
  const JsonNode& node = at.node;
  const bool is_text = node.kind == JsonNode::Kind::string;
  if (is_text) {
    const auto name = std::find(names.begin(), names.end(), node.text);
    if (name != names.end()) return static_cast<std::size_t>(name - names.begin());
  }
  std::string message = fmt::format("expected {}{}, found {}", names.size() > 1 ? "one of " : "",
                                    listed(names), found(text_, node));
  if (is_text) {
    message += did_you_mean(node.text, {names.begin(), names.end()});
  } else if (std::find(names.begin(), names.end(), found(text_, node)) != names.end()) {
    message += "; it is written in quotes";
  }
  complain(at, std::move(message));
  return std::nullopt;
}

const std::string* Reader::identifier(const At& at) {
  if (at.node.kind != JsonNode::Kind::string) {
    expected(at, "a name");
    return nullptr;
  }
  std::string fault = identifier_fault(at.node.text);
  if (fault.empty()) return &at.node.text;
  complain(at, std::move(fault));
  return nullptr;
}

const std::string* Reader::function_name(const At& at) {
  const std::string& text = at.node.text;
  const std::size_t parenthesis = text.find('(');
  if (parenthesis != std::string::npos && text.ends_with(')') &&
      identifier_fault(text.substr(0, parenthesis)).empty()) {
    complain(at, fmt::format("expected the name of a function, found {}; the name alone, {}, and "
                             "what it is called with in \"args\"",
                             in_quotes(text), in_quotes(text.substr(0, parenthesis))));
    return nullptr;
  }
  return identifier(at);
}

void Reader::check_keys(const At& object, std::string_view owner, std::span<const KeyRow> rows) {
  std::vector<std::string> absent;  // a key that is there already is not meant
  for (const KeyRow& row : rows) {
    if (object.node.find(row.key) == nullptr) absent.emplace_back(row.key);
  }
  std::vector<std::string> meant;
  for (const JsonNode::Member& member : object.node.members) {
    const bool known = std::any_of(rows.begin(), rows.end(),
                                   [&](const KeyRow& row) { return row.key == member.key; });
    if (known || is_extension(member.key)) continue;
    // What has a key too many is whole all the same, but for what the key was to assign to.
    const bool was_damaged = is_damaged_;
    complain_key(object, member,
                 fmt::format("unknown key {} of {}{}", in_quotes(member.key), owner,
                             did_you_mean(member.key, absent)));
    is_damaged_ = was_damaged;
    suspect(member.value);
    meant.push_back(nearest(member.key, absent));
    if (is_full()) return;
  }
  for (const KeyRow& row : rows) {
    if (!row.required || object.node.find(row.key) != nullptr) continue;
    if (std::find(meant.begin(), meant.end(), row.key) != meant.end()) {
      is_damaged_ = true;
    } else {
      complain(object, fmt::format("{} needs the key \"{}\"", owner, row.key));
    }
  }
}

void Reader::suspect(std::string_view name) { suspects_.emplace(name); }

void Reader::suspect(const JsonNode& node) {
  if (node.kind == JsonNode::Kind::string) {
    for (std::size_t at = 0; at < node.text.size();) {
      const Token token = token_at(node.text, at);
      if (token.kind == Token::Kind::name) suspect(token.text);
      at = std::max(token.end, at + 1);
    }
  }
  for (const JsonNode& item : node.items) suspect(item);
  for (const JsonNode::Member& member : node.members) {
    suspect(member.key);
    suspect(member.value);
  }
}

}  // namespace lockstep
