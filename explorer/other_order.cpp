#include "explorer/other_order.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/value/arithmetic.h"
#include "explorer/examine.h"
#include "explorer/reordered.h"

namespace lockstep {
namespace {

constexpr std::uint64_t steps_max = 100'000;  // of all replays together
constexpr std::size_t way_max = 2000;         // steps of an interleaving that is looked at

bool holds(const Machine& machine, const State& state, const Condition& condition) {
  const Result result = evaluate(machine, state, condition.function);
  return !result.raised && truth(machine.values(), result.value);
}

// Whether the invariant holds before every step and after the last.
class Holds : public RunObserver {
 public:
  explicit Holds(const Condition* invariant) : invariant_(invariant) {}
  bool always() const { return always_; }

  void on_step(const Machine& machine, const State& before, std::uint64_t, Choice,
               double) override {
    look(machine, before);
  }
  void on_step_end(const Machine& machine, const State& after, double) override {
    look(machine, after);
  }
  void on_event(const Machine&, const State&, const Event&) override {}

 private:
  void look(const Machine& machine, const State& state) {
    if (invariant_ != nullptr && always_) always_ = holds(machine, state, *invariant_);
  }
  const Condition* invariant_;
  bool always_ = true;
};

class OtherOrder {
 public:
  OtherOrder(const Machine& machine, const Finding& finding, const WayLog& log)
      : machine_(machine), finding_(finding), log_(log), choices_(log.result.choices.all()) {
    const Program& program = machine.program;
    const bool always = finding.kind == FindingKind::invariant;
    const std::vector<Condition>& conditions = always ? program.invariants : program.final_checks;
    if (is_exception(finding.kind)) return;
    const auto found = std::ranges::find(conditions, finding.subject, &Condition::text);
    if (found != conditions.end()) condition_ = &*found;
  }

  // The look that is nearest to the end counts, and of the changes the last: of those after it, or,
  // where these explain nothing, of those between it and what the thread had to do with it before.
  std::optional<Explanation> find() {
    if (choices_.size() > way_max) return std::nullopt;
    if (condition_ == nullptr && !is_exception(finding_.kind)) return std::nullopt;
    for (const bool afterwards : {false, true}) {
      for (std::size_t look = log_.events.size(); look-- > 0;) {
        if (!is_look(log_.events[look])) continue;
        auto found = afterwards ? find_change_before(look) : find_change_after(look);
        if (found) return found;
      }
    }
    return std::nullopt;
  }

 private:
  static bool is_look(const LoggedEvent& event) {
    return event.of && event.changed.empty() && event.outcome.kind == Outcome::Kind::value &&
           !event.timed_out && event.site;
  }
  static bool is_change(const LoggedEvent& look, const LoggedEvent& event) {
    return event.thread != look.thread && event.step > look.step &&
           std::ranges::count(event.changed, *look.of) > 0;
  }
  std::optional<Explanation> find_change_after(std::size_t look) {
    for (std::size_t change = log_.events.size(); --change > look;) {
      if (!is_change(log_.events[look], log_.events[change])) continue;
      for (const bool all_others : {true, false}) {
        if (steps_ > steps_max) return std::nullopt;
        if (auto found = change_first(look, change, all_others)) return found;
      }
    }
    return std::nullopt;
  }
  std::optional<Explanation> find_change_before(std::size_t look) {
    const std::size_t access = access_before(look);
    for (std::size_t change = look; change-- > access + 1;) {
      if (!is_change_before(log_.events[look], log_.events[change])) continue;
      for (const bool at_once : {true, false}) {
        if (steps_ > steps_max) return std::nullopt;
        if (auto found = change_afterwards(access, look, change, at_once)) return found;
      }
    }
    return std::nullopt;
  }

  static bool is_change_before(const LoggedEvent& look, const LoggedEvent& event) {
    return event.thread != look.thread && event.step < look.step &&
           std::ranges::count(event.changed, *look.of) > 0;
  }
  // The last one of the thread that looks, to what it looks at; the look itself: there is none.
  std::size_t access_before(std::size_t look) const {
    const LoggedEvent& looked = log_.events[look];
    for (std::size_t i = look; i-- > 0;) {
      const LoggedEvent& event = log_.events[i];
      if (event.thread == looked.thread && event.of == looked.of) return i;
    }
    return look;
  }

  // The steps of the one who changes it, or of all others, up to the change come before the look.
  std::optional<Explanation> change_first(std::size_t look, std::size_t change, bool all_others) {
    const LoggedEvent& looked = log_.events[look];
    const LoggedEvent& changed = log_.events[change];
    const auto from = static_cast<std::ptrdiff_t>(looked.step) - 1;
    const auto to = static_cast<std::ptrdiff_t>(changed.step);
    std::vector<Choice> exact(choices_.begin(), choices_.begin() + from), rest;
    bool is_other = false;  // somebody else's steps are in between
    for (auto choice = choices_.begin() + from; choice != choices_.begin() + to; ++choice) {
      const bool first =
          all_others ? choice->thread != looked.thread : choice->thread == changed.thread;
      is_other = is_other || (choice->thread != looked.thread && choice->thread != changed.thread);
      (first ? exact : rest).push_back(*choice);
    }
    if (!all_others && !is_other) return std::nullopt;  // that was tried
    rest.insert(rest.end(), choices_.begin() + to, choices_.end());

    return classify_in({nullptr, looked, changed}, std::move(exact), std::move(rest));
  }

  // The steps of the one who changes it, from the change on, come after the look: right after it,
  // or after all that the others still do.
  std::optional<Explanation> change_afterwards(std::size_t access, std::size_t look,
                                               std::size_t change, bool at_once) {
    const LoggedEvent& looked = log_.events[look];
    const LoggedEvent& changed = log_.events[change];
    const auto from = static_cast<std::ptrdiff_t>(changed.step) - 1;
    const auto to = static_cast<std::ptrdiff_t>(looked.step);
    std::vector<Choice> exact(choices_.begin(), choices_.begin() + from), postponed;
    for (auto choice = choices_.begin() + from; choice != choices_.begin() + to; ++choice) {
      (choice->thread == changed.thread ? postponed : exact).push_back(*choice);
    }
    std::vector<Choice> rest(choices_.begin() + to, choices_.end());
    rest.insert(at_once ? rest.begin() : rest.end(), postponed.begin(), postponed.end());
    return classify_in({&log_.events[access], looked, changed}, std::move(exact), std::move(rest));
  }

  // The accesses. `before`: that after which the change comes, if it comes before the look.
  struct Accesses {
    const LoggedEvent* before;
    const LoggedEvent& looked;
    const LoggedEvent& changed;
  };
  std::optional<Explanation> classify_in(const Accesses& accesses, std::vector<Choice> exact,
                                         std::vector<Choice> rest) {
    Reordered policy(std::move(exact), std::move(rest));
    Holds holds_always(finding_.kind == FindingKind::invariant ? condition_ : nullptr);
    const WayLog other = log_run(machine_, policy, 4 * choices_.size() + 100, holds_always);
    steps_ += other.result.steps;
    if (!is_sound(other, holds_always)) return std::nullopt;
    return classify(accesses, other);
  }

  // It comes to its end, and nothing is wrong.
  bool is_sound(const WayLog& other, const Holds& holds_always) const {
    if (!ends_well(machine_, other.result) || !holds_always.always()) return false;
    return finding_.kind != FindingKind::final_check ||
           holds(machine_, other.result.state, *condition_);
  }

  static std::vector<const LoggedEvent*> events_of(const WayLog& log, ThreadId thread) {
    std::vector<const LoggedEvent*> events;
    for (const LoggedEvent& event : log.events) {
      if (event.thread == thread) events.push_back(&event);
    }
    return events;
  }
  static bool is_same_statement(const LoggedEvent& a, const LoggedEvent& b) {
    return a.operation == b.operation && a.is_private == b.is_private && a.site == b.site &&
           a.receiver == b.receiver && a.operand == b.operand && a.update == b.update;
  }
  static bool is_same_request(const LoggedEvent& a, const LoggedEvent& b) {
    return is_same_statement(a, b) && a.arguments == b.arguments && a.timed_out == b.timed_out;
  }
  static bool is_same_answer(const LoggedEvent& a, const LoggedEvent& b) {
    return a.outcome.kind == b.outcome.kind && a.outcome.value == b.outcome.value &&
           a.outcome.then == b.outcome.then && a.outcome.saved == b.outcome.saved;
  }

  // Whether the write goes over what the change has left.
  bool overwrites(const LoggedEvent& write, const LoggedEvent& change) const {
    if (write.operation != Operation::update_global) return true;
    if (change.operation != Operation::update_global) return true;
    const Update update = Update::decode(write.update);
    return update.kind == Update::Kind::set_item && write.update == change.update &&
           write.arguments.size() == change.arguments.size() &&
           std::equal(write.arguments.begin(), write.arguments.end() - 1, change.arguments.begin());
  }

  // What the thread does only because of the look: only that gives it something else in the other
  // order.
  std::optional<Explanation> classify(const Accesses& accesses, const WayLog& other) const {
    const LoggedEvent& looked = accesses.looked;
    const LoggedEvent& changed = accesses.changed;
    const std::vector<const LoggedEvent*> was = events_of(log_, looked.thread);
    const std::vector<const LoggedEvent*> is = events_of(other, looked.thread);
    const auto at = static_cast<std::size_t>(std::ranges::find(was, &looked) - was.begin());
    std::size_t i = 0;
    for (; i < was.size() && i < is.size() && is_same_request(*was[i], *is[i]); ++i) {
      if (is_same_answer(*was[i], *is[i]) == (i == at)) return std::nullopt;
    }
    if (i <= at || i == was.size()) return std::nullopt;

    if (i < is.size() && is_same_statement(*was[i], *is[i])) {
      const LoggedEvent& act = *was[i];
      if (act.step <= changed.step) return std::nullopt;
      const bool is_write = std::ranges::count(act.changed, *looked.of) > 0;
      const bool is_lost = is_write && overwrites(act, changed);
      return explain(is_lost ? CauseKind::lost_update : CauseKind::stale_read, accesses, act,
                     other);
    }
    std::set<std::optional<SiteId>> done;
    for (std::size_t j = at + 1; j < is.size(); ++j) done.insert(is[j]->site);
    for (; i < was.size(); ++i) {
      const LoggedEvent& act = *was[i];
      const bool does_something = !act.changed.empty() || act.outcome.kind == Outcome::Kind::raised;
      if (act.step > changed.step && does_something && act.site && !done.contains(act.site)) {
        return explain(CauseKind::check_then_act, accesses, act, other);
      }
    }
    return std::nullopt;
  }

  std::string name_of(Location location) const {
    const Program& program = machine_.program;
    return location.is_object ? program.objects[location.index].name
                              : program.globals[location.index].name;
  }
  Explanation explain(CauseKind cause, const Accesses& accesses, const LoggedEvent& act,
                      const WayLog& other) const {
    const auto& [before, looked, changed] = accesses;
    const std::string who = log_.names[looked.thread.index];
    const std::string what = name_of(*looked.of);
    const std::string in_step = " in step " + std::to_string(act.step);
    Explanation explanation{};
    if (cause == CauseKind::lost_update && before == nullptr) {
      explanation.text = who + " writes " + what + in_step + ", a value made of what it has read";
    } else if (cause == CauseKind::check_then_act) {
      explanation.text = who + " goes on" + in_step + " by what it has seen of " + what;
    } else {
      explanation.text =
          who + " passes on" + in_step + " a value made of what it has read of " + what;
    }
    explanation.cause = before == nullptr ? cause : CauseKind::changed_in_between;
    explanation.text += " in step " + std::to_string(looked.step) + "; " +
                        log_.names[changed.thread.index] + " has changed " + what + " in step " +
                        std::to_string(changed.step) + ", ";
    explanation.text += before == nullptr
                            ? "in between. With the change first"
                            : "after " + who + " had to do with it in step " +
                                  std::to_string(before->step) + ". With the change afterwards";
    explanation.text += ", and the rest as it was where that can be, ";
    if (condition_ == nullptr) {
      explanation.text += "no thread ends with an exception.";
    } else {
      explanation.text += condition_->text + " holds" +
                          (finding_.kind == FindingKind::invariant ? " throughout." : ".");
    }
    std::vector<const LoggedEvent*> events = {&looked, &changed, &act};
    if (before != nullptr) events = {before, &changed, &looked, &act};
    for (const LoggedEvent* event : events) {
      explanation.moments.push_back(log_.moment(*event));
    }
    explanation.other_order = to_schedule(machine_, other.result.choices.all());
    return explanation;
  }

  const Machine& machine_;
  const Finding& finding_;
  const WayLog& log_;
  const std::vector<Choice> choices_;
  const Condition* condition_ = nullptr;
  std::uint64_t steps_ = 0;
};

}  // namespace

std::optional<Explanation> other_order(const Machine& machine, const Finding& finding,
                                       const WayLog& log) {
  return OtherOrder(machine, finding, log).find();
}

}  // namespace lockstep
