// Remedy gate-lock: whoever takes one of the locks of the circle with another one to follow takes
// a lock in front of them first, so that only one thread at a time is on its way.
//
//   with b: S; with a: T         ->  with gate, b: S; with a: T
//   acquire b; S; acquire a      ->  acquire gate; acquire b; S; acquire a; release gate
//
// Between acquire and release the gate need only be held until the last lock is taken: who has all
// of them waits for none.
// Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>
#include <map>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/nests.h"
#include "remedy/rewrite.h"

namespace lockstep {
namespace {

// The statements of one list during which the gate is to be held.
struct Region {
  std::string list;
  std::size_t first, last;
  std::string body;
  bool is_with;  // the first is the `with` that takes the outer lock
  bool calls;
};

bool calls_something(const Statement& statement) {
  bool found = statement.kind == StatementKind::call;
  for (const Block* block : blocks_of(statement)) {
    for (const Statement& inner : *block) found = found || calls_something(inner);
  }
  return found;
}

// Nothing if what is between may lead past the place where the gate is let go.
std::optional<Region> region_of(const Nest& nest, const Body& body) {
  const std::vector<PathStep>& outer = nest.held.path;
  const std::vector<PathStep>& inner = nest.taken.path;
  const std::size_t depth = outer.size() - 1;
  const Block& block = *outer[depth].block;
  Region region{list_of(block), outer[depth].index, outer[depth].index, body.name, false, false};
  if (nest.held.how == Taking::How::with) {
    region.is_with = true;
    region.calls = calls_something(block[region.first]);
    return region;
  }
  if (nest.held.how != Taking::How::plain || inner.size() <= depth) return std::nullopt;
  if (inner[depth].block != &block || inner[depth].index < region.first) return std::nullopt;
  region.last = inner[depth].index;
  for (std::size_t i = region.first; i <= region.last; ++i) {
    if (jumps(block[i])) return std::nullopt;
    region.calls = region.calls || calls_something(block[i]);
  }
  return region;
}

// Those of one list that overlap become one. Sorted so that the last of the document is first.
void merge(std::vector<Region>& regions) {
  std::ranges::sort(regions, {}, [](const Region& r) { return std::tie(r.list, r.first, r.last); });
  std::vector<Region> merged;
  for (Region& region : regions) {
    Region* before = merged.empty() ? nullptr : &merged.back();
    if (before != nullptr && before->list == region.list && region.first <= before->last) {
      before->last = std::max(before->last, region.last);
      before->calls = before->calls || region.calls;
    } else {
      merged.push_back(std::move(region));
    }
  }
  // What is inside of another one is guarded by that.
  const std::vector<Region> all = merged;
  std::erase_if(merged, [&](const Region& region) {
    return std::ranges::any_of(all, [&](const Region& other) {
      for (std::size_t i = other.first; i <= other.last; ++i) {
        if (region.list.starts_with(child(other.list, i) + "/")) return true;
      }
      return false;
    });
  });
  std::ranges::reverse(merged);
  regions = std::move(merged);
}

bool guard(Edit& edit, const Region& region, const std::string& gate) {
  const std::string first = child(region.list, region.first);
  if (region.is_with && region.first == region.last) {
    const JsonNode* with = edit.at(first + "/with");
    if (with == nullptr) return false;
    std::string locks = text_at(edit, first + "/with");
    if (with->kind == JsonNode::Kind::array) locks = locks.substr(1, locks.size() - 2);
    return edit.replace(first + "/with", "[" + gate + ", " + locks + "]");
  }
  return edit.add(child(region.list, region.last + 1), "{\"release\": " + gate + "}") &&
         edit.add(first, "{\"acquire\": " + gate + "}");
}

}  // namespace

std::vector<Proposal> propose_gate_lock(const Scenario& scenario, const Program& program,
                                        const Exploration& exploration) {
  const std::vector<Body> bodies = bodies_of(scenario);
  const LockNames names(scenario, program);
  const Nests nests(bodies, names);
  std::set<std::size_t> locks;
  std::vector<std::string> objects;
  bool processes = false;
  for (const ObjectId object : locks_on_cycles(program, exploration)) {
    const std::optional<std::size_t> lock = names.find(object);
    if (!lock) return {};
    if (locks.insert(*lock).second) objects.push_back(names.names()[*lock]);
    processes = processes || row(program.objects[object.index].kind).shared;
  }
  if (locks.empty()) return {};

  std::vector<Region> regions;
  for (const Nest& nest : nests.all()) {
    if (!locks.contains(nest.held.lock.lock) || !locks.contains(nest.taken.lock.lock)) continue;
    std::optional<Region> region = region_of(nest, bodies[nest.body]);
    if (!region) {
      return {refusal_of("gate-lock", "in " + bodies[nest.body].name + ", line " +
                                          std::to_string(nest.held.statement->place.line) +
                                          ", no statements of one list lead from taking " +
                                          names.names()[nest.held.lock.lock] + " to taking " +
                                          names.names()[nest.taken.lock.lock])};
    }
    regions.push_back(*std::move(region));
  }
  if (regions.empty()) return {};
  merge(regions);

  Edit edit(scenario.text);
  const std::string name = fresh_name(scenario, "gate");
  bool again = false;
  std::vector<std::string> where;
  for (const Region& region : regions) {
    if (!guard(edit, region, json_string(name))) return {};
    again = again || region.calls;
    if (std::ranges::find(where, region.body) == where.end()) where.push_back(region.body);
  }
  std::string type = processes ? "mp." : "";
  type += again ? "RLock" : "Lock";
  if (!declare(edit, "objects", name, json_string(type))) return {};
  std::ranges::sort(where);
  std::ranges::sort(objects);
  return {proposal_of(
      "gate-lock",
      "one more lock, " + name + ", taken in " + in_words(where) + " before " + in_words(objects),
      edit)};
}

}  // namespace lockstep
