#include "explorer/endless.h"

#include <algorithm>
#include <set>

#include "explorer/row_table.h"

namespace lockstep {
namespace {

// Of a part as many states say who goes on, and with what: it need not be all of that.
constexpr std::size_t states_that_say_who = 2000;

constexpr std::size_t states_without_change_max = 10'000;

class Part {
 public:
  Part(const Machine& machine, const StateGraph& graph, Examiner& examiner)
      : machine_(machine), graph_(graph), examiner_(examiner) {}

  EndlessPart look(std::span<const std::uint32_t> states, const std::function<bool()>& go_on) {
    EndlessPart result;
    result.state = *std::ranges::min_element(states);
    look_at(result.state);
    result.is_known = shows_deadlock(result.state);
    stuck_ = candidates();
    std::size_t looked_at = 0;
    for (const std::uint32_t id : states) {
      if (++looked_at > states_that_say_who && stuck_.empty()) break;
      if (!go_on()) break;
      look_at(id);
      if (looked_at <= states_that_say_who) note_movers();
      std::erase_if(stuck_, [&](const Candidate& candidate) { return !is_still(candidate); });
    }
    for (const Candidate& candidate : stuck_) result.stuck.push_back(candidate.thread);
    result.movers.assign(movers_.begin(), movers_.end());
    result.functions.assign(functions_.begin(), functions_.end());
    if (result.stuck.empty() && !result.is_known) result.only_tests = only_tests(result.state);
    return result;
  }

  // Whether exchanging threads that are alike may have made somebody seem to stay who does not, or
  // to go on who does not.
  bool needs_names(const EndlessPart& part) const {
    if (graph_.symmetry == nullptr) return false;
    const auto is_alike = [&](ThreadId thread) {
      return graph_.symmetry->class_of(thread.index).size() > 1;
    };
    return std::ranges::any_of(part.stuck, is_alike) ||
           std::ranges::any_of(part.movers, [&](ThreadId thread) {
             return std::ranges::any_of(
                 graph_.symmetry->class_of(thread.index), [&](std::uint32_t other) {
                   return std::ranges::find(part.movers, ThreadId{other}) == part.movers.end();
                 });
           });
  }

 private:
  struct Candidate {
    ThreadId thread;
    LocalId local;
  };

  void look_at(std::uint32_t id) {
    graph_.states.read(id, state_.words);
    enabled(machine_, state_, choices_);
  }
  bool can_move(std::uint32_t thread) const {
    return std::ranges::any_of(choices_,
                               [&](const Choice& choice) { return choice.thread.index == thread; });
  }

  // Blocked in the state at hand.
  std::vector<Candidate> candidates() {
    std::vector<Candidate> result;
    const Program& program = machine_.program;
    for (std::uint32_t i = 0; i < thread_count(program, state_); ++i) {
      const ThreadId thread{i};
      if (life(program, state_, thread) != Life::alive || is_daemon(program, state_, thread) ||
          readiness(machine_, state_, thread) != Readiness::blocked) {
        continue;
      }
      const LocalId at = local(program, state_, thread);
      const Pending& pending = machine_.locals().pending(at);
      if (!pending.has_site || row(pending.operation).let_go_by == LetGoBy::end) continue;
      result.push_back({thread, at});
    }
    return result;
  }

  // With a symmetry somebody else may be at its number, and it at another's.
  bool is_still(const Candidate& candidate) const {
    const auto is_at = [&](std::uint32_t thread) {
      return local(machine_.program, state_, {thread}) == candidate.local && !can_move(thread);
    };
    if (graph_.symmetry == nullptr) return is_at(candidate.thread.index);
    return std::ranges::any_of(graph_.symmetry->class_of(candidate.thread.index), is_at);
  }

  void note_movers() {
    for (const Choice& choice : choices_) {
      if (!movers_.insert(choice.thread).second) continue;
      if (life(machine_.program, state_, choice.thread) != Life::alive) continue;
      const LocalState its = machine_.locals().get(local(machine_.program, state_, choice.thread));
      if (!its.frames.empty()) functions_.insert(its.frames.front().function);
    }
  }

  // Everything but where the threads are in their code.
  std::vector<Word> without_locals(const State& state) const {
    State rest = state;
    for (std::uint32_t i = 0; i < thread_count(machine_.program, state); ++i) {
      set_local(machine_.program, rest, {i}, {});
    }
    return rest.words;
  }

  static bool is_pause(Operation operation) {
    return operation == Operation::sleep || operation == Operation::yield ||
           operation == Operation::run_on;
  }
  static bool is_look(const Performed& one) {
    if (one.operation == Operation::load_global || one.operation == Operation::await) return true;
    // What changes nothing, not even for whoever looks from outside, but files and connections.
    return one.receiver != none_value && row(one.operation).switches != Switch::yields;
  }

  // Whether some way through the code leads to the end of the thread, whatever is tested on it.
  bool has_an_end(LocalId local) const {
    const Program& program = machine_.program;
    const LocalState its = machine_.locals().get(local);
    return std::ranges::all_of(its.frames, [&](const Frame& frame) {
      std::set<std::uint32_t> seen{frame.pc};
      std::vector<std::uint32_t> open{frame.pc};
      while (!open.empty()) {
        const std::uint32_t pc = open.back();
        open.pop_back();
        const Instruction& instruction = program.code[pc];
        if (instruction.opcode == Opcode::return_value) return true;
        const Flow ways = flow(instruction.opcode);
        if (ways.next && seen.insert(pc + 1).second) open.push_back(pc + 1);
        if (ways.jump && seen.insert(instruction.a).second) open.push_back(instruction.a);
      }
      return false;
    });
  }

  bool only_tests(std::uint32_t id) {
    const Program& program = machine_.program;
    if (program.has_processes) return false;
    State here, next;
    graph_.states.read(id, here.words);
    const std::vector<Word> rest = without_locals(here);
    RowTable seen;
    std::vector<State> states{here};
    seen.intern(here.words);
    std::set<std::uint32_t> move, look;
    std::vector<Choice> choices;
    std::vector<Performed> performed;
    bool somebody = false;
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (states.size() > states_without_change_max) return false;
      here = states[i];
      enabled(machine_, here, choices);
      for (const Choice& choice : choices) {
        next = here;
        performed.clear();
        step(machine_, next, choice, performed);
        if (next.words.size() != here.words.size() || without_locals(next) != rest) return false;
        move.insert(choice.thread.index);
        somebody = somebody || (life(program, here, choice.thread) == Life::alive &&
                                !is_daemon(program, here, choice.thread) &&
                                has_an_end(local(program, here, choice.thread)));
        for (const Performed& one : performed) {
          if (is_look(one)) {
            look.insert(choice.thread.index);
          } else if (!is_pause(one.operation) && row(one.operation).switches != Switch::silent) {
            return false;
          }
        }
        if (seen.intern(next.words).added) states.push_back(next);
      }
    }
    return somebody && move == look;
  }

  bool shows_deadlock(std::uint32_t id) const {
    const std::vector<std::uint32_t> symptoms = examiner_.symptoms_of(graph_.set_of(id));
    return std::ranges::any_of(symptoms, [&](std::uint32_t symptom) {
      return is_deadlock(examiner_.symptoms()[symptom].kind);
    });
  }

  const Machine& machine_;
  const StateGraph& graph_;
  Examiner& examiner_;
  State state_;
  std::vector<Choice> choices_;
  std::vector<Candidate> stuck_;
  std::set<ThreadId> movers_;
  std::set<FunctionId> functions_;
};

}  // namespace

EndlessParts endless_parts(const Machine& machine, const StateGraph& graph, Examiner& examiner,
                           std::span<const std::vector<std::uint32_t>> components,
                           const std::function<bool()>& go_on) {
  EndlessParts result;
  for (const std::vector<std::uint32_t>& component : components) {
    Part part(machine, graph, examiner);
    result.parts.push_back(part.look(component, go_on));
    result.needs_names = result.needs_names || part.needs_names(result.parts.back());
  }
  std::ranges::sort(result.parts, {}, &EndlessPart::state);
  return result;
}

}  // namespace lockstep
