#include "explorer/wakeups.h"

#include <algorithm>
#include <utility>

#include "explorer/reordered.h"

namespace lockstep {
namespace {

class Unwatched : public RunObserver {
 public:
  void on_step(const Machine&, const State&, std::uint64_t, Choice, double) override {}
  void on_step_end(const Machine&, const State&, double) override {}
  void on_event(const Machine&, const State&, const Event&) override {}
};

using Events = std::vector<LoggedEvent>;
using At = Events::const_iterator;

std::string step_of(const LoggedEvent& event) { return "step " + std::to_string(event.step); }

bool changes(const LoggedEvent& event, Location location) {
  return std::ranges::count(event.changed, location) > 0;
}
bool is_notify(const LoggedEvent& event) {
  return (event.operation == Operation::condition_notify ||
          event.operation == Operation::condition_notify_all) &&
         event.outcome.kind != Outcome::Kind::raised;
}

// The last event in [begin, end) of which that is so; end: there is none.
template <class Test>
At last(At begin, At end, const Test& test) {
  for (At at = end; at != begin;) {
    if (test(*--at)) return at;
  }
  return end;
}

constexpr std::uint64_t steps_max = 100'000;  // of all replays together

class LostWakeup {
 public:
  LostWakeup(const Machine& machine, const WayLog& log, ThreadId waiter, const std::string& name,
             Location object)
      : machine_(machine), log_(log), waiter_(waiter), name_(name), object_(object) {}

  std::optional<Explanation> of_condition() const {
    const At began = begin_of_wait(Operation::condition_wait);
    if (began == log_.events.end()) return std::nullopt;
    const At notified = last(log_.events.begin(), log_.events.end(), [&](const LoggedEvent& event) {
      return event.of == object_ && is_notify(event);
    });
    if (notified == log_.events.end()) {
      return of(CauseKind::never_notified, "Nobody has notified " + name_ + ".", {began});
    }
    const bool had_effect = changes(*notified, object_);
    if (notified > began) {
      if (!had_effect) return std::nullopt;  // notify(0)
      return of(
          CauseKind::woke_another,
          "The last notify of " + name_ + ", by " + by(notified) + ", has woken another waiter.",
          {began, notified});
    }
    if (had_effect) return std::nullopt;
    return with_wait_first(
        notified, began,
        of(CauseKind::notify_without_effect,
           by(notified) + " has notified " + name_ + " when nobody waited, and " +
               log_.names[waiter_.index] + " began to wait afterwards, in " + step_of(*began) + ".",
           {notified, began}));
  }

  std::optional<Explanation> of_event() const {
    const At began = begin_of_wait(Operation::event_wait);
    if (began == log_.events.end()) return std::nullopt;
    const auto latest = [&](At from, At to, Operation operation) {
      return last(from, to, [&](const LoggedEvent& event) {
        return event.of == object_ && event.operation == operation;
      });
    };
    const At set = latest(log_.events.begin(), began, Operation::event_set);
    if (set == began) {
      if (latest(began, log_.events.end(), Operation::event_set) != log_.events.end()) {
        return std::nullopt;
      }
      return of(CauseKind::never_set, "Nobody has set " + name_ + ".", {began});
    }
    const At cleared = latest(set, began, Operation::event_clear);
    if (cleared == began) return std::nullopt;
    return with_wait_first(
        set, began,
        of(CauseKind::set_and_cleared,
           by(set) + " has set " + name_ + ", and " + by(cleared) + " has cleared it, before " +
               log_.names[waiter_.index] + " began to wait, in " + step_of(*began) + ".",
           {set, cleared, began}));
  }

 private:
  At begin_of_wait(Operation operation) const {
    return last(log_.events.begin(), log_.events.end(), [&](const LoggedEvent& event) {
      return event.thread == waiter_ && event.of == object_ && event.operation == operation;
    });
  }
  // The wait is brought before the wake-up, after one or more of the last steps of who woke nobody
  // were put off. Nothing: that can be, and does not help, so the order has not made it so.
  std::optional<Explanation> with_wait_first(At woke, At began, Explanation explanation) const {
    const std::vector<Choice> choices = log_.result.choices.all();
    bool can_come_first = false;
    std::uint64_t steps = 0;
    for (std::uint64_t from = woke->step; from-- > 0 && steps < steps_max;) {
      if (choices[from].thread != woke->thread) continue;
      const auto begin = choices.begin() + static_cast<std::ptrdiff_t>(from);
      std::vector<Choice> first, rest;
      for (auto choice = begin; choice != choices.end(); ++choice) {
        const auto step = static_cast<std::uint64_t>(choice - choices.begin()) + 1;
        const bool is_on_the_way = choice->thread == waiter_ && step <= began->step;
        (is_on_the_way ? first : rest).push_back(*choice);
      }
      first.insert(first.end(), rest.begin(), rest.end());
      Reordered policy({choices.begin(), begin}, std::move(first));
      Unwatched unwatched;
      const WayLog other = log_run(machine_, policy, 4 * choices.size() + 100, unwatched);
      steps += other.result.steps + 1;
      if (!comes_first(other, *began, *woke)) continue;
      can_come_first = true;
      if (!ends_well(machine_, other.result)) continue;
      explanation.text +=
          " With the wait first, and the rest as it was where that can be, the program ends.";
      explanation.other_order = to_schedule(machine_, other.result.choices.all());
      return explanation;
    }
    return can_come_first ? std::nullopt : std::optional(std::move(explanation));
  }

  static bool comes_first(const WayLog& other, const LoggedEvent& wait, const LoggedEvent& wake) {
    const auto find = [&](const LoggedEvent& wanted) {
      return std::ranges::find_if(other.events, [&](const LoggedEvent& event) {
        return event.thread == wanted.thread && event.operation == wanted.operation &&
               event.of == wanted.of && event.site == wanted.site;
      });
    };
    return find(wait) < find(wake);
  }

  std::string by(At at) const { return log_.names[at->thread.index] + " (" + step_of(*at) + ")"; }
  Explanation of(CauseKind cause, std::string text, std::initializer_list<At> moments) const {
    Explanation explanation{cause, std::move(text), {}, {}};
    for (const At at : moments) explanation.moments.push_back(log_.moment(*at));
    return explanation;
  }

  const Machine& machine_;
  const WayLog& log_;
  ThreadId waiter_;
  const std::string& name_;
  Location object_;
};

// The variables that the invariant or final check of a finding reads.
std::vector<Location> read_by(const Program& program, const Finding& finding) {
  std::vector<Location> read;
  const bool always = finding.kind == FindingKind::invariant;
  for (const Condition& condition : always ? program.invariants : program.final_checks) {
    if (condition.text != finding.subject) continue;
    const Function& function = program.functions[condition.function.index];
    for (std::uint32_t pc = function.begin; pc < function.end; ++pc) {
      if (program.code[pc].opcode == Opcode::load_global) {
        read.push_back({false, program.code[pc].a});
      }
    }
  }
  return read;
}

class UncheckedWakeup {
 public:
  UncheckedWakeup(const Machine& machine, const Finding& finding, const WayLog& log)
      : program_(machine.program),
        finding_(finding),
        log_(log),
        begin_(log.events.begin()),
        end_(log.events.end()),
        read_(is_exception(finding.kind) ? std::vector<Location>()
                                         : read_by(machine.program, finding)) {}

  // The wake-up that is nearest to the fault.
  std::optional<Explanation> find() const {
    for (At woken = end_; woken != begin_;) {
      --woken;
      const bool restores = woken->operation == Operation::lock_restore ||
                            woken->operation == Operation::rlock_restore;
      if (!restores || woken->outcome.value != true_value || !woken->site) continue;
      if (is_exception(finding_.kind) && log_.names[woken->thread.index] != finding_.thread) {
        continue;
      }
      if (auto found = explain(woken)) return found;
    }
    return std::nullopt;
  }

 private:
  bool is_around(SiteId outer, SiteId inner) const {
    const std::string& pointer = program_.sites[inner.index].pointer;
    const std::string& prefix = program_.sites[outer.index].pointer;
    return pointer.size() > prefix.size() && pointer.starts_with(prefix) &&
           pointer[prefix.size()] == '/';
  }

  std::optional<Explanation> explain(At woken) const {
    const auto is_own = [&](const LoggedEvent& event) { return event.thread == woken->thread; };
    const At wait = last(begin_, woken, [&](const LoggedEvent& event) {
      return is_own(event) && event.operation == Operation::condition_wait;
    });
    if (wait == woken || wait->site != woken->site) return std::nullopt;
    // The test: the reads by the statement around the wait, made right before it.
    const At test = last(begin_, wait, is_own);
    if (test == wait || test->operation != Operation::load_global || !test->of || !test->site ||
        !is_around(*test->site, *wait->site)) {
      return std::nullopt;
    }
    const auto is_of_test = [&](const LoggedEvent& event) {
      return is_own(event) && event.site == test->site;
    };
    const At act = std::find_if(
        woken + 1, end_, [&](const LoggedEvent& event) { return is_own(event) && is_act(event); });
    const bool has_act = act != end_ || is_exception(finding_.kind);
    if (!has_act || std::any_of(woken + 1, act, is_of_test)) return std::nullopt;

    At changed = woken;
    for (At read = test + 1; read != begin_;) {
      --read;
      if (!is_own(*read)) continue;
      if (!is_of_test(*read)) break;
      if (read->operation != Operation::load_global || !read->of) return std::nullopt;
      const At stored =
          last(read, woken, [&](const LoggedEvent& event) { return changes(event, *read->of); });
      if (stored == woken) continue;
      if (stored->stored != read->outcome.value) return std::nullopt;
      if (changed == woken || stored > changed) changed = stored;
    }
    return said(test, wait, changed, woken, act);
  }

  bool is_act(const LoggedEvent& event) const {
    if (is_exception(finding_.kind)) {
      return event.outcome.kind == Outcome::Kind::raised && event.site == finding_.site;
    }
    return std::ranges::any_of(read_, [&](Location location) { return changes(event, location); });
  }

  Explanation said(At test, At wait, At changed, At woken, At act) const {
    const std::string& who = log_.names[woken->thread.index];
    const std::string& what = program_.globals[test->of->index].name;
    Explanation explanation{};
    explanation.cause = CauseKind::if_instead_of_while;
    explanation.text = who + " waits in " + step_of(*wait) + " because of a test of " + what +
                       " (" + step_of(*test) + "). When it goes on, in " + step_of(*woken) +
                       ", that would come out as before";
    if (changed != woken) {
      explanation.text += ", since " + log_.names[changed->thread.index] + " has changed " +
                          program_.globals[changed->changed.front().index].name + " in " +
                          step_of(*changed);
    }
    explanation.text += "; but " + who + " does not test again.";
    explanation.moments = {log_.moment(*test), log_.moment(*wait)};
    if (changed != woken) explanation.moments.push_back(log_.moment(*changed));
    explanation.moments.push_back(log_.moment(*woken));
    if (act != end_) explanation.moments.push_back(log_.moment(*act));
    return explanation;
  }

  const Program& program_;
  const Finding& finding_;
  const WayLog& log_;
  const At begin_, end_;
  const std::vector<Location> read_;
};

}  // namespace

std::optional<Explanation> lost_wakeup(const Machine& machine, const Finding& finding,
                                       const WayLog& log) {
  for (const StuckThread& stuck : finding.threads) {
    const std::optional<ObjectId> object = machine.program.object_named(stuck.waits_for);
    if (!stuck.core || !object) continue;
    const LostWakeup wakeup(machine, log, stuck.id, stuck.waits_for, {true, object->index});
    std::optional<Explanation> explanation;
    switch (machine.program.objects[object->index].kind) {
      case ObjectKind::condition:
        explanation = wakeup.of_condition();
        break;
      case ObjectKind::event:
        explanation = wakeup.of_event();
        break;
      default:
        break;
    }
    if (explanation) return explanation;
  }
  return std::nullopt;
}

std::optional<Explanation> unchecked_wakeup(const Machine& machine, const Finding& finding,
                                            const WayLog& log) {
  return UncheckedWakeup(machine, finding, log).find();
}

}  // namespace lockstep
