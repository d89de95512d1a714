#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <utility>

#include "language/names.h"
#include "language/read_parts.h"

namespace lockstep {
namespace {

std::vector<std::string> type_names() {
  std::vector<std::string> names;
  for (const ObjectRow& row : object_rows()) names.emplace_back(row.type);
  return names;
}

std::optional<ObjectKind> read_type(Reader& reader, const At& at) {
  const bool is_text = at.node.kind == JsonNode::Kind::string;
  if (is_text) {
    if (const std::optional<ObjectKind> kind = object_kind_named(at.node.text)) return kind;
  }
  reader.complain(
      at, fmt::format("expected a type of object, found {}{}", found(reader.text(), at.node),
                      is_text ? did_you_mean(at.node.text, type_names()) : ""));
  return std::nullopt;
}

void read_typed(Reader& reader, const At& at, const NamedConstants& params,
                ScenarioObject& object) {
  const JsonNode* type = at.node.find("type");
  if (type != nullptr) object.kind = read_type(reader, {*type, child(at.pointer, "type")});

  // Of an unknown type any kind's parameters may be meant.
  std::vector<KeyRow> keys(std::begin(object_keys), std::end(object_keys));
  for (const ObjectParameter& parameter : object_parameters) {
    if (!object.kind || parameter.kind == *object.kind) keys.push_back(parameter.row);
  }
  reader.check_keys(
      at, object.kind ? fmt::format("a {}", row(*object.kind).type) : std::string("an object"),
      keys);
  for (const JsonNode::Member& member : at.node.members) {
    const At value = at.member(member);
    if (member.key == "count") object.count = read_count(reader, value, params, 1, objects_max);
    for (const ObjectParameter& parameter : object_parameters) {
      if (parameter.kind != object.kind || parameter.row.key != member.key) continue;
      if (parameter.shape == ObjectParameter::Shape::count) {
        object.value = read_count(reader, value, params, 0, semaphore_value_max).value_or(0);
      } else if (const std::string* lock = reader.text(value, "the name of a Lock or RLock")) {
        object.lock = *lock;
      }
    }
  }
}

ScenarioObject read_object(Reader& reader, const At& at, const NamedConstants& params) {
  ScenarioObject object;
  if (at.node.kind == JsonNode::Kind::string) {
    object.kind = read_type(reader, at);
  } else if (!reader.is_object(at, "a type such as \"Lock\", or an object with its \"type\"")) {
    return object;
  } else if (const JsonNode* same_as = at.node.find("same_as")) {
    reader.check_keys(at, "a second name", alias_keys);
    const At value{*same_as, child(at.pointer, "same_as")};
    if (const std::string* name = reader.text(value, "the name of an object")) {
      object.same_as = *name;
    }
  } else {
    read_typed(reader, at, params, object);
  }
  return object;
}

// What "forks" or "forks[2]" names among the objects.
class Resolver {
 public:
  Resolver(Reader& reader, const std::vector<ScenarioObject>& objects)
      : reader_(reader), objects_(objects) {
    for (std::size_t i = 0; i < objects.size(); ++i) {
      index_.try_emplace(objects[i].name, i);
      names_.push_back(objects[i].name);
    }
  }

  // The one object that is named, second names followed to what they stand for; nothing after a
  // complaint.
  std::optional<std::size_t> resolve(const At& at, const std::string& text) {
    std::string_view name = text;
    std::optional<std::int64_t> index;
    if (const std::size_t bracket = text.find('['); bracket != std::string::npos) {
      name = name.substr(0, bracket);
      std::int64_t n = -1;
      const char* end = text.data() + text.size() - 1;
      const auto parsed = std::from_chars(text.data() + bracket + 1, end, n);
      if (parsed.ec == std::errc() && parsed.ptr == end && *end == ']') index = n;
      if (!index || *index < 0) {
        reader_.complain(at, fmt::format("expected an object such as \"name\" or \"name[0]\", "
                                         "found {}",
                                         in_quotes(text)));
        return std::nullopt;
      }
    }
    const auto found = index_.find(std::string(name));
    if (found == index_.end()) {
      reader_.complain(
          at, fmt::format("there is no object {}{}", in_quotes(name), did_you_mean(name, names_)));
      return std::nullopt;
    }
    const ScenarioObject& object = objects_[found->second];
    if (object.count && !index) {
      reader_.complain(at, fmt::format("{} is an array; one of its objects is named {}",
                                       in_quotes(name), in_quotes(object.name + "[0]")));
      return std::nullopt;
    }
    if (index && (!object.count || *index >= *object.count)) {
      reader_.complain(at, object.count ? fmt::format("{} ends with {}[{}]", in_quotes(name), name,
                                                      *object.count - 1)
                                        : fmt::format("{} is no array", in_quotes(name)));
      return std::nullopt;
    }
    return found->second;
  }

 private:
  Reader& reader_;
  const std::vector<ScenarioObject>& objects_;
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<std::string> names_;
};

// Follows second names. `next[i]`: the object that i stands for, or i itself if it stands for
// itself. Complains once of every circle.
void check_circles(Reader& reader, const std::vector<At>& places, std::vector<std::size_t>& next) {
  enum class Seen : unsigned char { no, now, done };
  std::vector<Seen> seen(next.size(), Seen::no);
  for (std::size_t start = 0; start < next.size(); ++start) {
    std::vector<std::size_t> path;
    std::size_t i = start;
    for (; seen[i] == Seen::no; i = next[i]) {
      seen[i] = Seen::now;
      path.push_back(i);
      if (next[i] == i) break;
    }
    const bool is_circle = seen[i] == Seen::now && next[i] != i;
    if (is_circle) {
      reader.complain(places[i], "the second names stand for each other, and for no object");
    }
    for (const std::size_t member : path) {
      seen[member] = Seen::done;
      next[member] = next[i];
    }
  }
}

}  // namespace

void read_objects(Reader& reader, const At& at, const NamedConstants& params, Scenario& scenario) {
  if (!reader.is_object(at, "an object: name and type of each object")) return;
  std::vector<ScenarioObject>& objects = scenario.objects;
  std::vector<At> places;
  std::int64_t total = 0;
  for (const JsonNode::Member& member : at.node.members) {
    if (reader.is_full()) return;
    std::string fault = identifier_fault(member.key);
    if (!fault.empty()) reader.complain_key(at, member, std::move(fault));
    places.push_back(at.member(member));
    objects.push_back(read_object(reader, places.back(), params));
    objects.back().name = member.key;
    objects.back().place = reader.place(member.key_begin, places.back().pointer);
    const std::int64_t count = objects.back().count.value_or(1);
    if (total <= objects_max && total + count > objects_max) {
      reader.complain(places.back(), fmt::format("more than {} objects", objects_max));
    }
    total += count;
  }

  Resolver resolver(reader, objects);
  std::vector<std::size_t> next(objects.size());
  for (std::size_t i = 0; i < objects.size(); ++i) {
    next[i] = i;
    if (objects[i].same_as.empty()) continue;
    const At value{*places[i].node.find("same_as"), child(places[i].pointer, "same_as")};
    next[i] = resolver.resolve(value, objects[i].same_as).value_or(i);
  }
  check_circles(reader, places, next);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (objects[i].lock.empty()) continue;
    const At value{*places[i].node.find("lock"), child(places[i].pointer, "lock")};
    const std::optional<std::size_t> lock = resolver.resolve(value, objects[i].lock);
    if (!lock) continue;
    const std::optional<ObjectKind> kind = objects[next[*lock]].kind;
    if (kind && *kind != ObjectKind::lock && *kind != ObjectKind::rlock) {
      reader.complain(value, fmt::format("expected a Lock or RLock, found {}, which is a {}",
                                         in_quotes(objects[i].lock), row(*kind).type));
    }
  }
}

}  // namespace lockstep
