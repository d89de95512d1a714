// What stands between two neighbours is the first one's: the comma and the rest of its line; then
// the second one's: lines of comments above it. Most of this file finds that boundary.
#include "remedy/splice.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "engine/assert.h"
#include "language/json_fault.h"  // skip_blanks

namespace lockstep {
namespace {

constexpr std::size_t none = std::string_view::npos;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_line_end(std::string_view text, std::size_t at) {
  return at >= text.size() || text[at] == '\n' || text.substr(at, 2) == "\r\n";
}
std::size_t skip_on_line(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}
std::size_t line_begin(std::string_view text, std::size_t at) {
  const std::size_t before = at == 0 ? none : text.rfind('\n', at - 1);
  return before == none ? 0 : before + 1;
}
// Behind the line break that ends the line.
std::size_t next_line(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == none ? text.size() : end + 1;
}
std::string_view indentation(std::string_view text, std::size_t at) {
  const std::size_t begin = line_begin(text, at);
  return text.substr(begin, std::min(skip_on_line(text, begin), at) - begin);
}
std::string_view line_break(std::string_view text) {
  const std::size_t at = text.find('\n');
  return at != none && at > 0 && text[at - 1] == '\r' ? "\r\n" : "\n";
}

// The end of the comments that begin on the line of `at`; `at` itself if there are none.
std::size_t comments_end(std::string_view text, std::size_t at) {
  for (std::size_t end = at;;) {
    const std::size_t begin = skip_on_line(text, end);
    const std::string_view opening = text.substr(begin, 2);
    if (opening == "//") {
      end = std::min(text.find('\n', begin), text.size());
      return text[end - 1] == '\r' ? end - 1 : end;
    }
    if (opening != "/*") return end;
    end = text.find("*/", begin + 2) + 2;
  }
}

struct Span {
  std::size_t begin, end;
};
std::size_t size(const JsonNode& container) {
  return container.items.size() + container.members.size();
}
Span child_span(const JsonNode& container, std::size_t index) {
  if (container.kind == JsonNode::Kind::array) {
    return {container.items[index].begin, container.items[index].end};
  }
  return {container.members[index].key_begin, container.members[index].value.end};
}

// One child in its surroundings.
struct Child {
  std::size_t above;  // where what belongs to it begins: behind its predecessor's line
  std::size_t first;  // its first comment, or where it begins
  std::size_t begin, end;
  std::optional<std::size_t> comma;  // the one that follows it
  std::size_t tail_end;              // behind its comma and the comments on the line
  bool begins_line;                  // nothing stands before it on its line
  bool ends_line;                    // nothing follows on the line on which it ends

  bool has_lines() const { return begins_line && ends_line; }
};

std::size_t tail_end_of(std::string_view text, const JsonNode& container, std::size_t index,
                        std::optional<std::size_t>& comma) {
  const std::size_t end = child_span(container, index).end;
  if (index + 1 < size(container)) comma = skip_blanks(text, end);
  return comments_end(text, comma ? *comma + 1 : end);
}

Child child_at(std::string_view text, const JsonNode& container, std::size_t index) {
  Child child{};
  const Span span = child_span(container, index);
  child.begin = span.begin;
  child.end = span.end;
  std::optional<std::size_t> ignored;
  child.above = index == 0 ? comments_end(text, container.begin + 1)
                           : tail_end_of(text, container, index - 1, ignored);
  child.first = child.above;
  while (text[child.first] == ' ' || text[child.first] == '\t' || text[child.first] == '\r' ||
         text[child.first] == '\n') {
    ++child.first;
  }
  child.tail_end = tail_end_of(text, container, index, child.comma);
  const std::size_t line = line_begin(text, child.begin);
  child.begins_line = line > child.above && skip_on_line(text, line) == child.begin;
  const bool comma_is_near = !child.comma || skip_on_line(text, child.end) == *child.comma;
  child.ends_line = comma_is_near && is_line_end(text, skip_on_line(text, child.tail_end));
  return child;
}

// A value and the comments around it, without the blanks at both ends.
struct Parts {
  std::string before, value, behind;
};

// The lines behind the first are moved from the indentation they have to `indent`.
Parts parts_of(std::string_view value, std::string_view indent, std::string_view end_of_line) {
  std::size_t base = none;
  for (std::size_t at = value.find('\n'); at != none; at = value.find('\n', at + 1)) {
    const std::size_t letter = skip_on_line(value, at + 1);
    if (!is_line_end(value, letter)) base = std::min(base, letter - (at + 1));
  }
  std::string moved;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t next = next_line(value, at);
    std::string_view line = value.substr(at, next - at);
    const bool is_ended = line.ends_with('\n');
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    if (at > 0 && !line.empty()) {
      moved += indent;
      line.remove_prefix(std::min(base, skip_on_line(line, 0)));
    }
    moved += line;
    if (is_ended) moved += end_of_line;
    at = next;
  }

  const JsonTree tree = read_json(moved);
  LOCKSTEP_ASSERT(tree.root.has_value(), "a value that is put into a document is JSON");
  const std::string_view all = moved;
  const std::size_t first = std::min(all.find_first_not_of(" \t\r\n"), tree.root->begin);
  const std::size_t last = all.find_last_not_of(" \t\r\n") + 1;
  return {std::string(all.substr(first, tree.root->begin - first)),
          std::string(all.substr(tree.root->begin, tree.root->end - tree.root->begin)),
          std::string(all.substr(tree.root->end, last - tree.root->end))};
}

// Requires: `name` is empty for arrays; for objects it is the key, its quotes and the colon.
std::string with_child(std::string_view text, const JsonNode& container, std::size_t index,
                       const std::string& name, std::string_view value) {
  const std::string_view end_of_line = line_break(text);
  const std::size_t count = size(container);
  LOCKSTEP_ASSERT(index <= count, "an item goes before another one or to the end");
  std::string out(text);

  if (count == 0) {
    const std::size_t inside = container.begin + 1;
    const Parts parts = parts_of(value, indentation(text, container.begin), end_of_line);
    const bool only_blanks = text.find_first_not_of(" \t\r\n", inside) == container.end - 1;
    out.replace(inside, only_blanks ? container.end - 1 - inside : 0, name + parts.value);
    return out;
  }

  const bool at_end = index == count;
  const Child neighbour = child_at(text, container, at_end ? count - 1 : index);
  const std::string indent(indentation(text, neighbour.begin));
  const Parts parts = parts_of(value, indent, end_of_line);
  const bool alone = count == 1 && neighbour.begins_line;  // its line may end with the bracket
  if (at_end && (neighbour.has_lines() || alone)) {
    const bool breaks = is_line_end(text, skip_on_line(text, neighbour.tail_end));
    out.insert(neighbour.tail_end, std::string(end_of_line) + indent + parts.before + name +
                                       parts.value + (breaks ? parts.behind : ""));
    out.insert(neighbour.end, ",");
  } else if (at_end) {
    out.insert(neighbour.end, ", " + name + parts.value);
  } else if (neighbour.has_lines()) {
    out.insert(line_begin(text, neighbour.first), indent + parts.before + name + parts.value + "," +
                                                      parts.behind + std::string(end_of_line));
  } else {
    out.insert(neighbour.begin,
               (neighbour.begins_line ? parts.before : "") + name + parts.value + ", ");
  }
  return out;
}

}  // namespace

std::string replaced(std::string_view text, const JsonNode& node, std::string_view value) {
  const Parts parts = parts_of(value, indentation(text, node.begin), line_break(text));
  return std::string(text.substr(0, node.begin)) + parts.value + std::string(text.substr(node.end));
}

std::string with_item(std::string_view text, const JsonNode& array, std::size_t index,
                      std::string_view value) {
  LOCKSTEP_ASSERT(array.kind == JsonNode::Kind::array, "items are in arrays");
  return with_child(text, array, index, "", value);
}

std::string with_member(std::string_view text, const JsonNode& object, std::string_view key,
                        std::string_view value) {
  LOCKSTEP_ASSERT(object.kind == JsonNode::Kind::object, "members are in objects");
  return with_child(text, object, size(object), json_string(key) + ": ", value);
}

std::string without(std::string_view text, const JsonNode& container, std::size_t index,
                    bool comments_above) {
  const std::size_t count = size(container);
  LOCKSTEP_ASSERT(index < count, "what is removed is there");
  const Child child = child_at(text, container, index);
  const std::size_t begin = comments_above && child.begins_line ? child.first : child.begin;
  std::string out(text);

  if (child.comma) {
    if (child.has_lines()) {
      const std::size_t from = line_begin(text, begin);
      return out.erase(from, next_line(text, child.tail_end) - from);
    }
    const std::size_t behind = skip_on_line(text, *child.comma + 1);
    if (skip_on_line(text, child.end) != *child.comma) {
      out.erase(*child.comma, 1);
      return out.erase(child.begin, child.end - child.begin);
    }
    std::size_t from = begin;
    // The comma and blank before it would end the line.
    while (is_line_end(text, behind) && from > 0 && is_blank(text[from - 1])) --from;
    return out.erase(from, behind - from);
  }

  const std::size_t inside = container.begin + 1;
  std::size_t from = child.begin;
  std::size_t to = child.end;
  if (child.has_lines()) {
    from = line_begin(text, begin) - 1;
    if (from > 0 && text[from - 1] == '\r') --from;
    from = std::max(from, inside);
    to = child.tail_end;
  }
  if (index == 0) {
    const auto is_space = [](char c) { return is_blank(c) || c == '\r' || c == '\n'; };
    const bool empties =
        std::all_of(text.begin() + static_cast<std::ptrdiff_t>(inside),
                    text.begin() + static_cast<std::ptrdiff_t>(from), is_space) &&
        std::all_of(text.begin() + static_cast<std::ptrdiff_t>(to),
                    text.begin() + static_cast<std::ptrdiff_t>(container.end - 1), is_space);
    return empties ? out.erase(inside, container.end - 1 - inside) : out.erase(from, to - from);
  }
  const std::size_t comma = skip_blanks(text, child_span(container, index - 1).end);
  const bool only_blanks = text.find_first_not_of(" \t\r\n", comma + 1) == child.begin;
  if (only_blanks && !child.has_lines()) return out.erase(comma, child.end - comma);
  out.erase(from, to - from);
  return out.erase(comma, 1);
}

std::string comment_behind(std::string_view text, const JsonNode& array, std::size_t index) {
  const Child child = child_at(text, array, index);
  if (!child.has_lines()) return "";
  const std::size_t tail = child.comma ? *child.comma + 1 : child.end;
  return std::string(text.substr(tail, child.tail_end - tail));
}

std::string comments_above(std::string_view text, const JsonNode& array, std::size_t index) {
  const Child child = child_at(text, array, index);
  if (!child.begins_line) return "";
  return std::string(text.substr(child.first, child.begin - child.first));
}

std::string item_text(std::string_view text, const JsonNode& array, std::size_t index) {
  const Child child = child_at(text, array, index);
  std::string out(text.substr(child.begin, child.end - child.begin));
  return out + comment_behind(text, array, index);
}

std::string item_text_and_above(std::string_view text, const JsonNode& array, std::size_t index) {
  return comments_above(text, array, index) + item_text(text, array, index);
}

std::string items_between(std::string_view text, const JsonNode& array, std::size_t first,
                          std::size_t last, std::string_view open, std::string_view close) {
  const Child begin = child_at(text, array, first);
  const Child end = child_at(text, array, last);
  const std::string inside(text.substr(begin.begin, end.end - begin.begin));
  if (!begin.begins_line || !end.begins_line) {
    return comments_above(text, array, first) + std::string(open) + inside + std::string(close);
  }
  const std::string_view outer = indentation(text, array.begin);
  const std::string indent(indentation(text, begin.begin));
  const std::string step = indent.size() > outer.size() && indent.starts_with(outer)
                               ? indent.substr(outer.size())
                               : "  ";
  const std::string_view end_of_line = line_break(text);
  const std::string lines =
      comments_above(text, array, first) + inside + comment_behind(text, array, last);
  std::string out(open);
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t next = next_line(lines, at);
    std::string_view line = std::string_view(lines).substr(at, next - at);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    if (at > 0) {
      line.remove_prefix(std::min(indent.size(), skip_on_line(line, 0)));
    }
    out += end_of_line;
    if (!line.empty()) out += step;
    out += line;
    at = next;
  }
  return out + std::string(end_of_line) + std::string(close);
}

std::string one_line(std::string_view text, const JsonNode& node) {
  std::string out;
  const auto separate = [&] {
    if (out.size() > 1) out += ", ";
  };
  switch (node.kind) {
    case JsonNode::Kind::array:
      out += '[';
      for (const JsonNode& item : node.items) {
        separate();
        out += one_line(text, item);
      }
      return out += ']';
    case JsonNode::Kind::object:
      out += '{';
      for (const JsonNode::Member& member : node.members) {
        separate();
        out += text.substr(member.key_begin, member.key_end - member.key_begin);
        out += ": ";
        out += one_line(text, member.value);
      }
      return out += '}';
    case JsonNode::Kind::null:
    case JsonNode::Kind::boolean:
    case JsonNode::Kind::integer:
    case JsonNode::Kind::real:
    case JsonNode::Kind::string:
      break;
  }
  return out.append(text.substr(node.begin, node.end - node.begin));
}

}  // namespace lockstep
