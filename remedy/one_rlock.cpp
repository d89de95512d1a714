// Remedy one-rlock: `mutexA = mutexB = RLock()`. Whoever holds one of the locks holds all of them.
//
// What it needs: each lock has a declaration of its own (an element of an array cannot become a
// second name), and no Condition works with one of them: its wait would let all of them go.
// A Lock that one thread takes and another releases cannot become an RLock; no text tells that,
// the exploration of the patched scenario does.
#include <algorithm>

#include "remedy/rows.h"
#include "remedy/splice.h"

namespace lockstep {
namespace {

using Declarations = std::vector<const ScenarioObject*>;

// Cycles that share a lock together, in order of declaration.
std::vector<std::vector<ObjectId>> merged(std::vector<std::vector<ObjectId>> sets) {
  for (std::size_t i = 0; i < sets.size(); ++i) {
    for (std::size_t j = i + 1; j < sets.size();) {
      const bool meet = std::ranges::find_first_of(sets[i], sets[j]) != sets[i].end();
      if (!meet) {
        ++j;
        continue;
      }
      std::vector<ObjectId> all;
      std::ranges::set_union(sets[i], sets[j], std::back_inserter(all));
      sets[i] = std::move(all);
      sets.erase(sets.begin() + static_cast<std::ptrdiff_t>(j));
      j = i + 1;
    }
  }
  return sets;
}

bool is_of_a_condition(const Program& program, ObjectId lock) {
  return std::ranges::any_of(program.objects,
                             [&](const ObjectInfo& object) { return object.lock == lock; });
}

// In a declared lock order what is one lock has one place: the first.
void remove_second_places(Edit& edit, const Scenario& scenario, const Program& program,
                          const std::vector<ObjectId>& locks) {
  std::vector<std::string> pointers;
  for (const ScenarioLock& entry : scenario.lock_order) {
    const bool is_one = std::ranges::any_of(locks, [&](ObjectId lock) {
      const ObjectInfo& object = program.objects[lock.index];
      return object.name == entry.name || std::ranges::count(object.aliases, entry.name) > 0;
    });
    if (is_one) pointers.push_back(entry.place.pointer);
  }
  for (std::size_t i = pointers.size(); i-- > 1;) edit.remove(pointers[i]);
}

// In order of declaration; nothing if the locks cannot become one.
std::optional<Declarations> declarations_of(const Scenario& scenario, const Program& program,
                                            const std::vector<ObjectId>& locks) {
  Declarations declarations;
  for (const ObjectId lock : locks) {
    const ScenarioObject* declared = declaration_of(scenario, program, lock);
    if (declared == nullptr || declared->count || is_of_a_condition(program, lock)) {
      return std::nullopt;
    }
    const bool fits = declarations.empty() ||
                      reentrant(*declared->kind) == reentrant(*declarations.front()->kind);
    if (!fits) return std::nullopt;  // one of threads and one of processes
    declarations.push_back(declared);
  }
  std::ranges::sort(declarations);  // they are in one vector, in the order of the text
  return declarations;
}

}  // namespace

std::vector<Proposal> propose_one_rlock(const Scenario& scenario, const Program& program,
                                        const Exploration& exploration) {
  Edit edit(scenario.text);
  std::string title;
  for (const std::vector<ObjectId>& locks : merged(lock_cycles(program, exploration))) {
    const std::optional<Declarations> declared = declarations_of(scenario, program, locks);
    if (!declared || declared->size() < 2) continue;
    if (!make_rlock(edit, *declared->front())) continue;
    std::vector<std::string> names = {declared->front()->name};
    for (std::size_t i = 1; i < declared->size(); ++i) {
      names.push_back((*declared)[i]->name);
      edit.replace(object_pointer(*(*declared)[i]),
                   "{\"same_as\": " + json_string(names.front()) + "}");
    }
    remove_second_places(edit, scenario, program, locks);
    title += (title.empty() ? "one RLock under the names " : ", another under the names ") +
             in_words(names);
  }
  if (edit.patch().empty()) return {};
  return {proposal_of("one-rlock", title, edit)};
}

}  // namespace lockstep
