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

// Of a type that is near none: those that its name is a part of, as Pool is of mp.Pool and of
// ThreadPoolExecutor.
std::string did_you_mean_type(const std::string& found) {
  constexpr std::size_t letters_min = 4;
  for (const ObjectRow& row : object_rows()) {  // as Python calls it
    if (row.python == found) return fmt::format("; did you mean {}?", in_quotes(row.type));
  }
  const std::vector<std::string> names = type_names();
  std::string nearest = did_you_mean(found, names);
  if (!nearest.empty() || found.size() < letters_min) return nearest;
  std::vector<std::string> meant;
  for (const std::string& name : names) {
    if (name.find(found) != std::string::npos) meant.push_back(in_quotes(name));
  }
  if (meant.empty()) return "";
  const std::string last = meant.back();
  meant.pop_back();
  return fmt::format("; did you mean {}{}{}?", fmt::join(meant, ", "), meant.empty() ? "" : " or ",
                     last);
}

std::int64_t value_without_parameter(ObjectKind kind) {
  const auto found = std::ranges::find(object_parameters, kind, &ObjectParameter::kind);
  return found == std::end(object_parameters) ? 0 : found->without;
}

void read_type(Reader& reader, const At& at, ScenarioObject& object) {
  const bool is_text = at.node.kind == JsonNode::Kind::string;
  if (is_text) object.kind = object_kind_named(at.node.text);
  if (object.kind) {
    object.value = value_without_parameter(*object.kind);
    return;
  }
  reader.complain(
      at, fmt::format("expected a type of object, found {}{}", found(reader.text(), at.node),
                      is_text ? did_you_mean_type(at.node.text) : ""));
}

void read_parameter(Reader& reader, const At& at, const ObjectParameter& parameter,
                    const NamedConstants& params, ScenarioObject& object) {
  switch (parameter.shape) {
    case ObjectParameter::Shape::count:
      object.value = read_count(reader, at, params, parameter.least, object_value_max).value_or(0);
      return;
    case ObjectParameter::Shape::tasks:
      object.tasks_max =
          read_count(reader, at, params, parameter.least, object_value_max).value_or(0);
      return;
    case ObjectParameter::Shape::buffer:
      object.buffer =
          read_count(reader, at, params, parameter.least, object_value_max).value_or(pipe_bytes);
      return;
    case ObjectParameter::Shape::lock:
      if (const std::string* lock = reader.text(at, "the name of a Lock or RLock")) {
        object.lock = *lock;
      }
      return;
    case ObjectParameter::Shape::function:
      if (const std::string* function = reader.identifier(at)) object.action = *function;
      return;
    case ObjectParameter::Shape::arguments:
      if (!reader.is_array(at, "an array of arguments")) return;
      for (std::size_t i = 0; i < at.node.items.size() && !reader.is_full(); ++i) {
        object.arguments.push_back(read_initial(reader, at.item(i), params));
      }
      return;
    case ObjectParameter::Shape::seconds:
      object.timeout = reader.seconds(at, true);
      return;
    case ObjectParameter::Shape::text:
      if (const std::string* text = reader.text(at, "a text")) object.prefix = *text;
      return;
  }
}

void read_typed(Reader& reader, const At& at, const NamedConstants& params,
                ScenarioObject& object) {
  const JsonNode* type = at.node.find("type");
  if (type != nullptr) read_type(reader, {*type, child(at.pointer, "type")}, object);

  // Of an unknown type any kind's parameters may be meant, and none is missed.
  std::vector<KeyRow> keys(std::begin(object_keys), std::end(object_keys));
  for (const ObjectParameter& parameter : object_parameters) {
    if (object.kind && parameter.kind != *object.kind) continue;
    keys.push_back(parameter.row);
    if (!object.kind) keys.back().required = false;
  }
  reader.check_keys(
      at, object.kind ? with_article(row(*object.kind).type) : std::string("an object"), keys);
  for (const JsonNode::Member& member : at.node.members) {
    const At value = at.member(member);
    if (member.key == "count") object.count = read_count(reader, value, params, 1, objects_max);
    for (const ObjectParameter& parameter : object_parameters) {
      if (parameter.kind != object.kind || parameter.row.key != member.key) continue;
      read_parameter(reader, value, parameter, params, object);
    }
  }
}

ScenarioObject read_object(Reader& reader, const At& at, const NamedConstants& params) {
  ScenarioObject object;
  if (at.node.kind == JsonNode::Kind::string) {
    read_type(reader, at, object);
    for (const ObjectParameter& parameter : object_parameters) {
      if (parameter.kind != object.kind || !parameter.row.required) continue;
      reader.complain(at, fmt::format("{} needs the key \"{}\"",
                                      with_article(row(*object.kind).type), parameter.row.key));
    }
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

// Who is meant by "forks" or "forks[2]".
class Resolver {
 public:
  Resolver(Reader& reader, std::vector<ScenarioObject>& objects, const std::vector<At>& places)
      : reader_(reader), objects_(objects), places_(places), base_(objects.size()) {
    for (std::size_t i = 0; i < objects.size(); ++i) {
      index_.try_emplace(objects[i].name, i);
      names_.push_back(objects[i].name);
      base_[i] = i;
    }
  }

  // Afterwards a second name of a second name names the object itself. `whole`: the objects of
  // which nothing is wrong.
  void resolve_second_names(std::vector<bool>& whole) {
    enum class Seen : unsigned char { no, now, done };
    std::vector<Seen> seen(objects_.size(), Seen::no);
    for (std::size_t start = 0; start < objects_.size(); ++start) {
      std::vector<std::size_t> path;
      std::optional<std::size_t> i = start;
      while (i && seen[*i] == Seen::no) {
        seen[*i] = Seen::now;
        path.push_back(*i);
        i = second_name_for(*i);
      }
      if (i && seen[*i] == Seen::now) {
        reader_.complain(places_[*i], "the second names stand for each other, and for no object");
        for (const std::size_t member : path) {
          seen[member] = Seen::done;
          whole[member] = false;
        }
        continue;
      }
      for (auto member = path.rbegin(); member != path.rend(); ++member) {
        seen[*member] = Seen::done;
        const bool has_name = !objects_[*member].same_as.empty();
        if (!reader_.is_whole_after([&] { shorten(*member); })) whole[*member] = false;
        if (has_name && (base_[*member] == *member || !whole[base_[*member]])) {
          whole[*member] = false;
        }
      }
    }
  }

  // Complains unless the lock of a condition is one Lock or RLock.
  void check_lock(std::size_t condition) {
    const At at = place_of(condition, "lock");
    const std::string& text = objects_[condition].lock;
    const ObjectKind kind = *objects_[condition].kind;
    const std::string_view wanted = locks_of(kind);
    const std::optional<Name> name = parse(at, text);
    if (!name) return;
    const ScenarioObject& object = objects_[base_[name->object]];
    const bool is_element = objects_[name->object].same_as.ends_with(']');
    const bool is_array = object.count && !is_element;
    if (is_array && !name->index) {
      reader_.complain(at, fmt::format("expected {}, found the array {}; one of its objects is "
                                       "\"{}[0]\"",
                                       wanted, in_quotes(text), text));
    } else if (check_index(at, *name, is_array ? object.count : std::nullopt) && object.kind &&
               !can_be_lock_of(kind, *object.kind)) {
      reader_.complain(at, fmt::format("expected {}, found {}, which is {}", wanted,
                                       in_quotes(text), with_article(row(*object.kind).type)));
    }
  }

 private:
  struct Name {
    std::size_t object;
    std::optional<std::int64_t> index;
  };

  At place_of(std::size_t i, std::string_view key) const {
    return {*places_[i].node.find(key), child(places_[i].pointer, key)};
  }

  // Nothing after a complaint.
  std::optional<Name> parse(const At& at, const std::string& text) {
    const std::size_t bracket = std::min(text.find('['), text.size());
    const std::string_view name = std::string_view(text).substr(0, bracket);
    std::optional<std::int64_t> index;
    bool is_well_formed = identifier_fault(name).empty();
    if (bracket < text.size()) {
      std::int64_t n = -1;
      const char* end = text.data() + text.size() - 1;
      const auto parsed = std::from_chars(text.data() + bracket + 1, end, n);
      is_well_formed &= parsed.ec == std::errc() && parsed.ptr == end && *end == ']' && n >= 0;
      index = n;
    }
    if (!is_well_formed) {
      reader_.complain(at, fmt::format("expected an object such as \"name\" or \"name[0]\", "
                                       "found {}",
                                       in_quotes(text)));
      return std::nullopt;
    }
    const auto found = index_.find(std::string(name));
    if (found == index_.end()) {
      reader_.complain(
          at, fmt::format("there is no object {}{}", in_quotes(name), did_you_mean(name, names_)));
      return std::nullopt;
    }
    return Name{found->second, index};
  }

  bool check_index(const At& at, const Name& name, std::optional<std::int64_t> count) {
    if (!name.index || (count && *name.index < *count)) return true;
    const std::string& array = objects_[name.object].name;
    reader_.complain(at, count ? fmt::format("the array {} ends with \"{}[{}]\"", in_quotes(array),
                                             array, *count - 1)
                               : fmt::format("{} is no array", in_quotes(array)));
    return false;
  }

  // The object that i names, if i is a second name.
  std::optional<std::size_t> second_name_for(std::size_t i) {
    if (objects_[i].same_as.empty()) return std::nullopt;
    const std::optional<Name> name = parse(place_of(i, "same_as"), objects_[i].same_as);
    if (!name) return std::nullopt;
    base_[i] = name->object;
    return name->object;
  }

  // Requires: done for what i names.
  void shorten(std::size_t i) {
    const std::size_t named = base_[i];
    if (named == i) return;
    std::string& text = objects_[i].same_as;
    const std::string& of_named = objects_[named].same_as;
    const bool is_element = of_named.ends_with(']');
    const At at = place_of(i, "same_as");
    base_[i] = base_[named];
    const ScenarioObject& object = objects_[base_[i]];
    if (text.ends_with(']')) {
      const std::optional<Name> name = parse(at, text);
      check_index(at, *name, is_element ? std::nullopt : object.count);
      if (!of_named.empty()) text = of_named + text.substr(text.find('['));
    } else if (!of_named.empty()) {
      text = of_named;
    }
  }

  Reader& reader_;
  std::vector<ScenarioObject>& objects_;
  const std::vector<At>& places_;
  std::vector<std::size_t> base_;  // what a second name stands for; any other object: itself
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<std::string> names_;
};

}  // namespace

void read_objects(Reader& reader, const At& at, const NamedConstants& params, Scenario& scenario) {
  if (!reader.is_object(at, "an object: name and type of each object")) return;
  std::vector<ScenarioObject> objects;
  std::vector<At> places;
  std::vector<bool> whole;
  std::int64_t total = 0;
  for (const JsonNode::Member& member : at.node.members) {
    if (reader.is_full()) return;
    places.push_back(at.member(member));
    ScenarioObject object;
    whole.push_back(reader.is_whole_after([&] {
      std::string fault = identifier_fault(member.key);
      if (!fault.empty()) reader.complain_key(at, member, std::move(fault));
      object = read_object(reader, places.back(), params);
    }));
    object.name = member.key;
    object.place = reader.place(member.key_begin, places.back().pointer);
    const std::int64_t count = object.count.value_or(1);
    if (total <= objects_max && total + count > objects_max) {
      reader.complain(places.back(), fmt::format("more than {} objects", objects_max));
    }
    total += count;
    if (total > objects_max) whole.back() = false;
    objects.push_back(std::move(object));
  }

  Resolver resolver(reader, objects, places);
  resolver.resolve_second_names(whole);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (objects[i].lock.empty()) continue;
    if (!reader.is_whole_after([&] { resolver.check_lock(i); })) whole[i] = false;
  }
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (whole[i]) {
      scenario.objects.push_back(std::move(objects[i]));
    } else {
      reader.suspect(objects[i].name);
    }
  }
}

}  // namespace lockstep
