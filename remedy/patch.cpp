#include "remedy/patch.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/assert.h"
#include "remedy/splice.h"

namespace lockstep {
namespace {

// A token of a pointer without its escapes; nothing for ~ followed by anything but 0 and 1.
std::optional<std::string> unescaped(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      out += token[i];
      continue;
    }
    if (++i == token.size() || (token[i] != '0' && token[i] != '1')) return std::nullopt;
    out += token[i] == '0' ? '~' : '/';
  }
  return out;
}

// RFC 6901: digits without a leading zero.
std::optional<std::size_t> array_index(std::string_view token) {
  if (token.size() > 1 && token[0] == '0') return std::nullopt;
  if (token.empty() || token.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  std::size_t index = 0;
  const char* end = token.data() + token.size();
  if (std::from_chars(token.data(), end, index).ec != std::errc()) return std::nullopt;
  return index;
}

bool is_number(const JsonNode& node) {
  return node.kind == JsonNode::Kind::integer || node.kind == JsonNode::Kind::real;
}
double number(const JsonNode& node) {
  return node.kind == JsonNode::Kind::integer ? static_cast<double>(node.integer) : node.real;
}

const JsonNode::Member* member_of(const JsonNode& object, std::string_view key) {
  const auto found = std::ranges::find(object.members, key, &JsonNode::Member::key);
  return found == object.members.end() ? nullptr : &*found;
}

// Where a pointer ends: the container, and the place in it.
struct Spot {
  const JsonNode* parent = nullptr;
  std::string key;                   // object
  std::optional<std::size_t> index;  // of an item or member that is there; array: or its size
};

std::optional<Spot> spot(const JsonNode& root, std::string_view pointer) {
  Spot spot;
  const std::size_t slash = pointer.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  spot.parent = resolve(root, pointer.substr(0, slash));
  std::optional<std::string> token = unescaped(pointer.substr(slash + 1));
  if (spot.parent == nullptr || !token) return std::nullopt;
  if (spot.parent->kind == JsonNode::Kind::array) {
    spot.index = *token == "-" ? spot.parent->items.size() : array_index(*token);
    if (!spot.index || *spot.index > spot.parent->items.size()) return std::nullopt;
  } else if (spot.parent->kind == JsonNode::Kind::object) {
    if (const JsonNode::Member* member = member_of(*spot.parent, *token)) {
      spot.index = static_cast<std::size_t>(member - spot.parent->members.data());
    }
    spot.key = *std::move(token);
  } else {
    return std::nullopt;
  }
  return spot;
}

std::optional<std::string> added(const JsonNode& root, std::string_view text,
                                 const PatchOperation& operation) {
  if (operation.path.empty()) return replaced(text, root, operation.value);
  const std::optional<Spot> at = spot(root, operation.path);
  if (!at) return std::nullopt;
  if (at->parent->kind == JsonNode::Kind::array) {
    return with_item(text, *at->parent, *at->index, operation.value);
  }
  if (at->index) return replaced(text, at->parent->members[*at->index].value, operation.value);
  return with_member(text, *at->parent, at->key, operation.value);
}

std::optional<std::string> removed(const JsonNode& root, std::string_view text,
                                   const PatchOperation& operation) {
  if (resolve(root, operation.path) == nullptr) return std::nullopt;
  const std::optional<Spot> at = spot(root, operation.path);
  if (!at) return std::nullopt;  // the whole document: nothing would be left
  return without(text, *at->parent, *at->index, operation.comments_above);
}

std::optional<std::string> applied(const JsonNode& root, std::string_view text,
                                   const PatchOperation& operation) {
  if (operation.kind == PatchOperation::Kind::remove) return removed(root, text, operation);
  const JsonTree value = read_json(operation.value);
  if (!value.root) return std::nullopt;
  if (operation.kind == PatchOperation::Kind::add) return added(root, text, operation);
  const JsonNode* node = resolve(root, operation.path);
  if (node == nullptr) return std::nullopt;
  if (operation.kind == PatchOperation::Kind::replace) {
    return replaced(text, *node, operation.value);
  }
  if (!is_equal(*node, *value.root)) return std::nullopt;
  return std::string(text);
}

std::string_view name_of(PatchOperation::Kind kind) {
  switch (kind) {
    case PatchOperation::Kind::add:
      return "add";
    case PatchOperation::Kind::remove:
      return "remove";
    case PatchOperation::Kind::replace:
      return "replace";
    case PatchOperation::Kind::test:
      return "test";
  }
  return "";
}

// The text and tree of the document after a patch.
struct Document {
  std::string text;
  JsonNode tree;
};

std::optional<Document> patched(const JsonNode& tree, std::string_view text,
                                std::span<const PatchOperation> patch) {
  Document document{std::string(text), tree};
  for (const PatchOperation& operation : patch) {
    std::optional<std::string> next = applied(document.tree, document.text, operation);
    if (!next) return std::nullopt;
    if (operation.kind == PatchOperation::Kind::test) continue;
    JsonTree read = read_json(*next);
    if (!read.root) return std::nullopt;  // too deep, too long: splice writes no false JSON
    document = {*std::move(next), *std::move(read.root)};
  }
  return document;
}

}  // namespace

const JsonNode* resolve(const JsonNode& root, std::string_view pointer) {
  const JsonNode* node = &root;
  while (!pointer.empty()) {
    if (pointer[0] != '/') return nullptr;
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    const std::optional<std::string> token = unescaped(pointer.substr(0, end));
    pointer.remove_prefix(end);
    if (!token) return nullptr;
    if (node->kind == JsonNode::Kind::array) {
      const std::optional<std::size_t> index = array_index(*token);
      if (!index || *index >= node->items.size()) return nullptr;
      node = &node->items[*index];
    } else {
      node = node->find(*token);
      if (node == nullptr) return nullptr;
    }
  }
  return node;
}

std::string_view parent_of(std::string_view pointer) {
  LOCKSTEP_ASSERT(!pointer.empty(), "the document itself is in nothing");
  return pointer.substr(0, pointer.rfind('/'));
}

std::string last_token(std::string_view pointer) {
  LOCKSTEP_ASSERT(!pointer.empty(), "the document itself has no name");
  return unescaped(pointer.substr(pointer.rfind('/') + 1)).value_or("");
}

bool is_equal(const JsonNode& a, const JsonNode& b) {
  if (is_number(a) && is_number(b)) {
    if (a.kind == b.kind && a.kind == JsonNode::Kind::integer) return a.integer == b.integer;
    return number(a) == number(b);
  }
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case JsonNode::Kind::null:
      return true;
    case JsonNode::Kind::boolean:
      return a.boolean == b.boolean;
    case JsonNode::Kind::string:
      return a.text == b.text;
    case JsonNode::Kind::array:
      return std::ranges::equal(a.items, b.items, is_equal);
    case JsonNode::Kind::object:
      return a.members.size() == b.members.size() &&
             std::ranges::all_of(a.members, [&](const JsonNode::Member& member) {
               const JsonNode* other = b.find(member.key);
               return other != nullptr && is_equal(member.value, *other);
             });
    case JsonNode::Kind::integer:
    case JsonNode::Kind::real:
      break;
  }
  return false;
}

Edit::Edit(std::string text) : text_(std::move(text)) {
  JsonTree read = read_json(text_);
  LOCKSTEP_ASSERT(read.root.has_value(), "an edit is of a document that could be read");
  tree_ = *std::move(read.root);
}

bool Edit::apply(std::vector<PatchOperation> operations) {
  std::optional<Document> next = patched(tree_, text_, operations);
  if (!next) return false;
  text_ = std::move(next->text);
  tree_ = std::move(next->tree);
  std::ranges::move(operations, std::back_inserter(patch_));
  return true;
}

bool Edit::add(std::string pointer, std::string value) {
  return apply({{PatchOperation::Kind::add, std::move(pointer), std::move(value)}});
}

bool Edit::replace(std::string pointer, std::string value) {
  const JsonNode* node = at(pointer);
  if (node == nullptr) return false;
  return apply({{PatchOperation::Kind::test, pointer, one_line(text_, *node)},
                {PatchOperation::Kind::replace, pointer, std::move(value)}});
}

bool Edit::remove(std::string pointer, bool comments_above) {
  const JsonNode* node = at(pointer);
  if (node == nullptr) return false;
  return apply({{PatchOperation::Kind::test, pointer, one_line(text_, *node)},
                {PatchOperation::Kind::remove, pointer, "", comments_above}});
}

std::optional<std::string> apply_patch(const JsonNode& tree, std::string_view text,
                                       std::span<const PatchOperation> patch) {
  std::optional<Document> document = patched(tree, text, patch);
  if (!document) return std::nullopt;
  return std::move(document->text);
}

std::string patch_json(std::span<const PatchOperation> patch) {
  std::string out = "[";
  for (const PatchOperation& operation : patch) {
    out += out.size() > 1 ? ",\n  {\"op\": \"" : "\n  {\"op\": \"";
    out += name_of(operation.kind);
    out += "\", \"path\": " + json_string(operation.path);
    if (operation.kind != PatchOperation::Kind::remove) {
      const JsonTree value = read_json(operation.value);
      LOCKSTEP_ASSERT(value.root.has_value(), "the value of an operation is JSON");
      out += ", \"value\": " + one_line(operation.value, *value.root);
    }
    out += "}";
  }
  return out + (patch.empty() ? "]\n" : "\n]\n");
}

}  // namespace lockstep
