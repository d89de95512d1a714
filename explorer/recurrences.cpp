#include "explorer/recurrences.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <string_view>

#include "engine/step/step.h"
#include "explorer/components.h"
#include "explorer/tree_table.h"

namespace lockstep {
namespace {

// The graph is kept with its steps, each with what it does.
constexpr std::uint64_t states_at_most = 500'000;

class Recurring {
 public:
  Recurring(const Program& program, const ExploreLimits& limits)
      : program_(program), limits_(limits), machine_(program), table_(threads_offset(program)) {}

  Recurrences find() {
    Recurrences result;
    if (program_.has_processes) {
      result.incomplete_reason = "each process has variables of its own";
      return result;
    }
    result.incomplete_reason = search();
    if (!result.incomplete_reason.empty()) return result;
    note_values(result);
    const std::vector<std::vector<std::uint32_t>> components = cyclic_components(edges_);
    part_of_.assign(table_.size(), none);
    std::vector<Recurrence> parts;
    for (const std::vector<std::uint32_t>& component : components) {
      const auto number = static_cast<std::uint32_t>(parts.size());
      for (const std::uint32_t id : component) part_of_[id] = number;
      bool everybody = true;
      parts.push_back(look(component, number, everybody));
      goes_on_.push_back(everybody);
      if (parts.back().is_final && !everybody) result.somebody_stays_behind = true;
    }
    const std::vector<bool> leads = which_lead_to_others(components);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!goes_on_[i] || leads[i]) continue;
      if (std::ranges::find(result.parts, parts[i]) == result.parts.end()) {
        result.parts.push_back(std::move(parts[i]));
      }
    }
    return result;
  }

 private:
  static constexpr std::uint32_t none = 0xffffffffU;
  struct Taken {  // one step, as edges_.to says where it leads
    ThreadId thread;
    std::uint32_t deeds;  // index in sets_
  };

  std::string search() {
    table_.intern(initial_state(machine_).words);
    State state, next;
    std::vector<Choice> choices;
    const std::uint64_t states_max =
        limits_.states_max == 0 ? states_at_most : std::min(limits_.states_max, states_at_most);
    for (std::uint32_t id = 0; id < table_.size(); ++id) {
      if (table_.size() > states_max) {
        return "states: the limit of " + std::to_string(states_max) +
               " was reached without reduction";
      }
      if (id % 256 == 0 && is_over()) return "time was over";
      table_.read(id, state.words);
      enabled(machine_, state, choices);
      for (const Choice& choice : choices) {
        next = state;
        performed_.clear();
        step(machine_, next, choice, performed_);
        edges_.to.push_back(table_.intern(next.words).id);
        taken_.push_back({choice.thread, deeds_of(next, choice.thread)});
      }
      edges_.end.push_back(edges_.to.size());
    }
    return "";
  }
  bool is_over() const {
    if (limits_.interrupted && limits_.interrupted()) return true;
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin_;
    return limits_.seconds_max > 0 && passed.count() > limits_.seconds_max;
  }

  // Of several with one name, each has its number: what one does is not what another does.
  std::string name_of(const State& state, ThreadId thread) const {
    const Value name = thread_name_value(program_, state, thread);
    std::string result(machine_.values().as_text(name));
    for (std::uint32_t i = 0; i < thread_count(program_, state); ++i) {
      if (i == thread.index || thread_name_value(program_, state, {i}) != name) continue;
      return result + '#' + std::to_string(thread.index);
    }
    return result;
  }

  // By its verb, `with` as acquire and release; of an operation that is the end of a wait by the
  // verb that began it.
  static std::string_view what(const OperationRow& operation) {
    if (operation.verb != Verb::none) {
      const std::string_view verb = row(operation.verb).name;
      if (verb == "enter") return "acquire";
      if (verb == "exit") return "release";
      if (verb == "notify_all") return "notify";
      return verb;
    }
    std::string_view name = operation.name;
    if (name.ends_with("_restore")) return "acquire";
    if (!name.ends_with("_park")) return name;
    name.remove_suffix(std::string_view("_park").size());
    if (name.ends_with("semaphore")) return "acquire";
    const std::size_t last = name.rfind('_');
    for (const VerbRow& verb : verb_rows()) {
      if (last != std::string_view::npos && name.substr(last + 1) == verb.name) return verb.name;
    }
    return "wait";  // on an Event, a Condition, a Barrier
  }

  // Of a step to `next`.
  std::uint32_t deeds_of(const State& next, ThreadId thread) {
    std::set<Deed> deeds;
    const StateNames names(machine_, next);
    const std::string who = name_of(next, thread);
    for (const Performed& one : performed_) {
      if (one.asked_only || one.expired) continue;
      const OperationRow& its = row(one.operation);
      if (one.operation == Operation::load_global || one.operation == Operation::store_global ||
          one.operation == Operation::update_global) {
        const bool reads = one.operation == Operation::load_global;
        deeds.insert({who, reads ? "read" : "write", program_.globals[one.operand].name});
      } else if (one.operation == Operation::print) {
        deeds.insert({who, "print", ""});
      } else if (one.receiver != none_value && !is_in_vain(one) &&
                 !goes_on_to_wait(next, thread, one)) {
        const ValueTable& values = machine_.values();
        deeds.insert({who, std::string(what(its)),
                      values.kind(one.receiver) == ValueKind::object
                          ? program_.objects[values.as_object(one.receiver).index].name
                          : str(values, one.receiver, names)});
      }
    }
    return sets_.try_emplace(std::move(deeds), static_cast<std::uint32_t>(sets_.size()))
        .first->second;
  }
  // A lock that was tried for and is somebody else's is as it was.
  static bool is_in_vain(const Performed& one) {
    const OperationRow& its = row(one.operation);
    return its.may_block && its.need == Need::all && its.let_go_by == LetGoBy::release &&
           one.object == Touch::left && one.lock == Touch::left;
  }
  // It was the first phase of an operation, and the last of which the thread is through.
  bool goes_on_to_wait(const State& next, ThreadId thread, const Performed& one) const {
    if (&one != &performed_.back() && !performed_.back().asked_only) return false;
    if (life(program_, next, thread) != Life::alive) return false;
    const Pending& after = lockstep::pending(machine_, next, thread);
    const OperationRow& its = row(after.operation);
    return its.verb == Verb::none && its.kind != ObjectKind::nothing &&
           after.receiver == one.receiver && !std::string_view(its.name).ends_with("_restore");
  }

  void note_values(Recurrences& result) {
    std::set<std::vector<Word>> seen;
    State state;
    for (std::uint32_t id = 0; id < table_.size(); ++id) {
      table_.read(id, state.words);
      std::vector<Word> row;
      for (std::uint32_t i = 0; i < program_.globals.size(); ++i) {
        row.push_back(global(state, {i}).bits);
      }
      if (!seen.insert(row).second) continue;
      const StateNames names(machine_, state);
      std::vector<std::string> texts;
      for (std::uint32_t i = 0; i < program_.globals.size(); ++i) {
        texts.push_back(to_json(machine_.values(), global(state, {i}), names));
      }
      result.values.insert(std::move(texts));
    }
  }

  Recurrence look(const std::vector<std::uint32_t>& component, std::uint32_t number,
                  bool& everybody) {
    Recurrence result;
    result.is_final = true;
    std::set<std::uint32_t> movers, sets;
    for (const std::uint32_t id : component) {
      for (std::size_t i = id == 0 ? 0 : edges_.end[id - 1]; i < edges_.end[id]; ++i) {
        if (part_of_[edges_.to[i]] != number) {
          result.is_final = false;
          continue;
        }
        movers.insert(taken_[i].thread.index);
        sets.insert(taken_[i].deeds);
      }
    }
    for (const auto& [deeds, index] : sets_) {
      if (sets.contains(index)) result.deeds.insert(deeds.begin(), deeds.end());
    }
    // Who does not move in it is the same in all of its states.
    State state;
    table_.read(component.front(), state.words);
    for (std::uint32_t i = 0; i < thread_count(program_, state); ++i) {
      const ThreadId thread{i};
      const Life its = life(program_, state, thread);
      if (its == Life::ended) {
        const Value exception = uncaught(machine_, state, thread);
        const StateNames names(machine_, state);
        result.ended.emplace_back(
            name_of(state, thread),
            exception == none_value ? "" : exception_line(machine_.values(), exception, names));
      }
      if (its != Life::alive || movers.contains(i) || is_daemon(program_, state, thread)) continue;
      const Pending& pending = lockstep::pending(machine_, state, thread);
      const bool joins = row(pending.operation).let_go_by == LetGoBy::end;
      if (!joins || readiness(machine_, state, thread) != Readiness::blocked) everybody = false;
    }
    std::ranges::sort(result.ended);
    return result;
  }

  // Index = part: another in which everybody goes on can be reached from it.
  std::vector<bool> which_lead_to_others(
      const std::vector<std::vector<std::uint32_t>>& components) const {
    std::vector<std::vector<std::uint32_t>> from(table_.size());
    for (std::uint32_t id = 0; id < table_.size(); ++id) {
      for (const std::uint32_t to : edges_.of(id)) from[to].push_back(id);
    }
    std::vector<bool> result(components.size(), false);
    std::vector<bool> reaches(table_.size(), false);  // index = state: such a step
    std::vector<std::uint32_t> open;
    // Backwards from the steps into such a part: no way comes back to the part itself.
    for (std::size_t i = 0; i < components.size(); ++i) {
      if (!goes_on_[i]) continue;
      for (const std::uint32_t id : components[i]) {
        for (const std::uint32_t before : from[id]) {
          if (part_of_[before] == i || reaches[before]) continue;
          reaches[before] = true;
          open.push_back(before);
        }
      }
      while (!open.empty()) {
        const std::uint32_t at = open.back();
        open.pop_back();
        for (const std::uint32_t before : from[at]) {
          if (reaches[before]) continue;
          reaches[before] = true;
          open.push_back(before);
        }
      }
    }
    for (std::size_t i = 0; i < components.size(); ++i) {
      result[i] = reaches[components[i].front()];
    }
    return result;
  }

  const Program& program_;
  const ExploreLimits& limits_;
  Machine machine_;
  TreeTable table_;
  Edges edges_;
  std::vector<Taken> taken_;  // as edges_.to
  std::map<std::set<Deed>, std::uint32_t> sets_;
  std::vector<std::uint32_t> part_of_;  // index = state
  std::vector<bool> goes_on_;           // index = part
  std::vector<Performed> performed_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

Recurrences recurrences(const Program& program, const ExploreLimits& limits) {
  return Recurring(program, limits).find();
}

}  // namespace lockstep
