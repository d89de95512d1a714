#include "language/complaints.h"

#include <charconv>

#include "language/pointer.h"

namespace lockstep {
namespace {

std::string unescaped(std::string_view key) {
  std::string out;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const bool escaped = key[i] == '~' && i + 1 < key.size();
    out += !escaped ? key[i] : key[++i] == '1' ? '/' : '~';
  }
  return out;
}

}  // namespace

void Complaints::at(Place place, std::string message) {
  if (is_full()) return;
  if (!known_.insert({place.line, place.column, message}).second) return;
  complaints_.push_back({std::move(place), std::move(message)});
}

void Complaints::at(const Place& place, std::string_view below, std::string message) {
  Place inner{place.line, place.column, place.pointer + std::string(below)};
  if (const JsonNode* value = node(inner.pointer)) {
    const LineColumn found = lines_.at(value->begin);
    inner.line = found.line;
    inner.column = found.column;
  }
  at(std::move(inner), std::move(message));
}

void Complaints::inside(const Operand& operand, std::size_t offset, std::string message) {
  Place place = operand.place;
  const JsonNode* value = node(place.pointer);
  if (value != nullptr && value->kind == JsonNode::Kind::string) {
    const std::string_view raw =
        std::string_view(scenario_.text).substr(value->begin, value->end - value->begin);
    if (raw.find('\\') == std::string_view::npos) {
      const LineColumn found = lines_.at(value->begin + 1 + offset);
      place.line = found.line;
      place.column = found.column;
    }
  }
  at(std::move(place), std::move(message));
}

// A pointer whose keys were cut short names nothing.
const JsonNode* Complaints::node(std::string_view pointer) const {
  const JsonNode* at = &scenario_.tree;
  while (!pointer.empty() && at != nullptr) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    const std::string key = unescaped(pointer.substr(0, end));
    pointer.remove_prefix(end);
    if (at->kind == JsonNode::Kind::array) {
      std::size_t index = at->items.size();
      std::from_chars(key.data(), key.data() + key.size(), index);
      at = index < at->items.size() ? &at->items[index] : nullptr;
    } else {
      at = at->find(key);
    }
  }
  return at;
}

}  // namespace lockstep
