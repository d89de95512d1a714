// A schedule carried out directive by directive, or refused at the step that does not fit.
#include <algorithm>
#include <utility>

#include "engine/run/holdings.h"
#include "engine/run/run.h"
#include "engine/run/threads.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

// What the last step did, as far as `until` asks.
struct Done {
  std::vector<GlobalId> read, wrote;
  std::vector<SiteId> sites;  // statements that were executed or come past
};

// Whether a thread that runs alone has come back to a state in which it has been: what has
// not come true in between never will. Brent's algorithm: one state is kept, and replaced after
// 1, 2, 4, ... steps. ("An Improved Monte Carlo Factorization Algorithm", BIT 20, 1980.)
class CircleWatch {
 public:
  bool is_closed_by(const State& state) {
    if (kept_ && state == *kept_) return true;
    if (!kept_ || ++steps_ == limit_) {
      kept_ = state;
      steps_ = 0;
      limit_ *= 2;
    }
    return false;
  }

  const State* kept() const { return kept_ ? &*kept_ : nullptr; }

 private:
  std::optional<State> kept_;
  std::uint64_t steps_ = 0, limit_ = 1;
};

class Scripted : public Policy {
 public:
  Scripted(const Program& program, Schedule schedule, std::uint64_t seed)
      : program_(program), schedule_(std::move(schedule)), seed_(seed) {}

  Pick pick(const Moment& moment) override {
    if (rest_) return rest_->pick(moment);
    Pick picked = next(moment.machine, moment.state, &moment);
    if (picked.kind == Pick::Kind::choice || picked.kind == Pick::Kind::first) {
      ++steps_;
      done_ = {};
    }
    return picked;
  }

  // In the middle of a directive nobody asks for more than the number of its steps.
  Stay stays(const Moment& moment) override {
    if (rest_) return rest_->stays(moment);
    const Directive& directive = schedule_[current_];
    if (directive.kind != Directive::Kind::steps) return {};
    return {directive.steps - taken_};
  }
  void stayed(std::uint64_t steps) override {
    if (rest_) return rest_->stayed(steps);
    taken_ += static_cast<std::uint32_t>(steps);
    steps_ += steps;
  }
  const State* kept_state() const override { return rest_ ? rest_->kept_state() : circle_.kept(); }

  std::string left_over(const Machine& machine, const State& state) override {
    if (rest_) return rest_->left_over(machine, state);
    return next(machine, state, nullptr).reason;
  }

  void on_event(const Machine& machine, const State& state, const Event& event) override {
    if (rest_) return rest_->on_event(machine, state, event);
    holdings_.on_event(machine, state, event, steps_);
    if (event.kind == Event::Kind::mark) done_.sites.push_back(event.site);
    if (event.kind != Event::Kind::operation) return;
    done_.sites.push_back(event.site);
    const GlobalId global{event.operand};
    const bool updates = event.operation == Operation::update_global;
    if (updates || event.operation == Operation::load_global) done_.read.push_back(global);
    if (updates || event.operation == Operation::store_global) done_.wrote.push_back(global);
  }

 private:
  // The next choice; `moment` is null where nobody can go on: then it is refused, or `stop` if
  // every directive has come true all the same.
  Pick next(const Machine& machine, const State& state, const Moment* moment) {
    for (; current_ < schedule_.size(); begin_next()) {
      const Directive& directive = schedule_[current_];
      if (directive.kind == Directive::Kind::finish) {
        if (moment == nullptr) continue;
        const PolicyRow* const policy = policy_named(directive.policy);
        if (policy == nullptr) {
          return refused("there is no policy \"" + directive.policy + '"');
        }
        rest_ = policy->make(program_, seed_);
        return rest_->pick(*moment);
      }
      if (directive.kind == Directive::Kind::steps && taken_ == directive.steps) continue;
      if (directive.kind != Directive::Kind::steps && directive.kind != Directive::Kind::until &&
          taken_ == 1) {
        continue;
      }
      if (!thread_) {
        const FoundThread found = find_thread(machine, state, directive.thread);
        if (!found.thread) return refused(found.reason);
        thread_ = found.thread;
      }
      if (directive.kind == Directive::Kind::until && holds(machine, state, directive.until))
        continue;
      return act(machine, state, directive, moment);
    }
    return {Pick::Kind::stop, {}, {}};
  }

  void begin_next() {
    ++current_;
    taken_ = 0;
    thread_.reset();
    circle_ = {};
  }

  Pick act(const Machine& machine, const State& state, const Directive& directive,
           const Moment* moment) {
    Choice choice{*thread_, Choice::Kind::step, 0};
    const std::string name = thread_name(machine, state, *thread_);
    std::string cannot = " cannot take a step: it ";
    switch (directive.kind) {
      case Directive::Kind::until:
        if (circle_.is_closed_by(state)) {
          return refused(name + " runs in a circle in which \"until\" never comes true");
        }
        cannot = " cannot go on until that is so: it ";
        break;
      case Directive::Kind::timeout:
        choice.kind = Choice::Kind::timeout;
        cannot = " has no timeout pending: it ";
        break;
      case Directive::Kind::choose:
        choice.kind = Choice::Kind::choose;
        cannot = " has nothing to choose: it ";
        break;
      case Directive::Kind::steps:
      case Directive::Kind::finish:
        break;
    }
    if (choice.kind == Choice::Kind::choose && is_at_choose(machine, state)) {
      const auto item = chosen_item(machine, state, directive.value);
      if (!item) return refused(no_such_item(machine, state, directive.value));
      choice.value = *item;
    }
    if (moment == nullptr || !offers(*moment, choice)) {
      return refused(name + cannot + why_not(machine, state, *thread_, choice.kind) + "; " +
                     runnable_here(machine, state));
    }
    ++taken_;
    return {Pick::Kind::choice, choice, {}};
  }

  bool is_at_choose(const Machine& machine, const State& state) const {
    return is_resting(machine, state, *thread_) &&
           pending(machine, state, *thread_).operation == Operation::choose;
  }

  // Its index. The same value before one that is merely equal: 1 before True.
  std::optional<std::uint32_t> chosen_item(const Machine& machine, const State& state,
                                           const Constant& wanted) const {
    const Value from = pending(machine, state, *thread_).arguments[0];
    const Value value = machine.intern(wanted);
    std::optional<std::uint32_t> found;
    if (!is_iterable(machine.values(), from)) return found;
    for (std::uint32_t i = 0;; ++i) {
      const std::optional<Value> item = item_at(machine.values(), from, i);
      if (!item) return found;
      if (*item == value) return i;
      if (!found && equal(machine.values(), *item, value)) found = i;
    }
  }

  std::string no_such_item(const Machine& machine, const State& state,
                           const Constant& wanted) const {
    const StateNames names(machine, state);
    return repr(machine.values(), machine.intern(wanted), names) + " is not among " +
           repr(machine.values(), pending(machine, state, *thread_).arguments[0], names) +
           ", from which " + thread_name(machine, state, *thread_) + " chooses";
  }

  bool holds(const Machine& machine, const State& state, const Until& until) const {
    const bool resting = is_resting(machine, state, *thread_);
    const bool blocked = resting && readiness(machine, state, *thread_) != Readiness::ready;
    const bool has_run = taken_ > 0;
    const auto contains = [](const auto& ids, auto id) {
      return std::ranges::find(ids, id) != ids.end();
    };
    if (until.blocked && !blocked) return false;
    if (until.finished) {
      const Life now = life(machine.program, state, *thread_);
      if (now != Life::ended && now != Life::killed) return false;
    }
    if (until.label) {
      const auto named = [&](SiteId site) {
        return machine.program.sites[site.index].label == *until.label;
      };
      const bool about_to = resting && pending(machine, state, *thread_).has_site &&
                            named(pending(machine, state, *thread_).site);
      if (!about_to && !(has_run && std::ranges::any_of(done_.sites, named))) return false;
    }
    if (until.holds) {
      const bool owned = row(machine.program.objects[until.holds->index].kind).owned;
      if (owned ? owner(machine, state, *until.holds) != thread_
                : !holdings_.holds(*thread_, *until.holds)) {
        return false;
      }
    }
    if (until.waits) {
      if (!blocked) return false;
      if (pending(machine, state, *thread_).receiver != object_value(*until.waits)) return false;
    }
    if (until.read && !(has_run && contains(done_.read, *until.read))) return false;
    if (until.wrote && !(has_run && contains(done_.wrote, *until.wrote))) return false;
    if (until.in) {
      if (!resting) return false;
      const LocalState frames = machine.locals().get(local(machine.program, state, *thread_));
      if (!std::ranges::any_of(frames.frames,
                               [&](const Frame& f) { return f.function == *until.in; })) {
        return false;
      }
    }
    return true;
  }

  Pick refused(const std::string& reason) const {
    std::string written = schedule_[current_].written;
    if (!written.starts_with('{') && !written.starts_with('"')) written = '"' + written + '"';
    return {Pick::Kind::refused,
            {},
            "step " + std::to_string(steps_ + 1) + " (directive " + std::to_string(current_ + 1) +
                ", " + written + "): " + reason};
  }

  const Program& program_;
  Schedule schedule_;
  std::uint64_t seed_;
  std::unique_ptr<Policy> rest_;    // after `finish`
  std::size_t current_ = 0;         // directive
  std::uint32_t taken_ = 0;         // steps of it
  std::optional<ThreadId> thread_;  // that it speaks of
  CircleWatch circle_;
  std::uint64_t steps_ = 0;  // of the run
  Done done_;
  Holdings holdings_;
};

}  // namespace

std::unique_ptr<Policy> scripted_policy(const Program& program, Schedule schedule,
                                        std::uint64_t seed) {
  return std::make_unique<Scripted>(program, std::move(schedule), seed);
}

}  // namespace lockstep
