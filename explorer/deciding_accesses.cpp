#include "explorer/deciding_accesses.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/run/run.h"
#include "explorer/reordered.h"
#include "explorer/way_log.h"

namespace lockstep {
namespace {

constexpr std::uint64_t steps_max = 50'000;  // of all runs together
constexpr std::size_t way_max = 1000;        // steps of an interleaving that is looked at
constexpr std::uint64_t random_ways = 10;

using Variables = std::vector<std::pair<std::string, std::string>>;

// Goes on with a thread as long as it can.
class OneByOne : public Policy {
 public:
  Pick pick(const Moment& moment) override {
    const std::span<const Choice> choices = moment.choices();
    const auto of_previous = std::ranges::find_if(choices, [&](const Choice& choice) {
      return moment.previous && choice.thread == moment.previous->thread;
    });
    const bool goes_on = of_previous != choices.end();
    return {Pick::Kind::choice, goes_on ? *of_previous : choices.front(), {}};
  }
};

class Deciding {
 public:
  explicit Deciding(const Machine& machine) : machine_(machine) {}

  std::optional<DecidingAccesses> find() {
    OneByOne one_by_one;
    if (auto found = find_in(one_by_one)) return found;
    for (std::uint64_t seed = 1; seed <= random_ways; ++seed) {
      const std::unique_ptr<Policy> policy = policy_named("random")->make(machine_.program, seed);
      if (auto found = find_in(*policy)) return found;
    }
    return std::nullopt;
  }

 private:
  class Nobody : public RunObserver {
   public:
    void on_step(const Machine&, const State&, std::uint64_t, Choice, double) override {}
    void on_step_end(const Machine&, const State&, double) override {}
    void on_event(const Machine&, const State&, const Event&) override {}
  };

  WayLog taken(Policy& policy, std::uint64_t most) {
    Nobody nobody;
    WayLog log = log_run(machine_, policy, most, nobody);
    steps_ += log.result.steps + 1;
    return log;
  }

  std::optional<DecidingAccesses> find_in(Policy& policy) {
    const WayLog way = taken(policy, way_max);
    if (way.result.end != RunResult::End::finished) return std::nullopt;
    const std::vector<Choice> choices = way.result.choices.all();
    // Two looks, if one of the steps goes on to change the variable: what it does there depends on
    // who comes first.
    for (const bool looks : {false, true}) {
      for (std::size_t i = 0; i < way.events.size(); ++i) {
        for (std::size_t j = i + 1; j < way.events.size(); ++j) {
          const LoggedEvent &a = way.events[i], &b = way.events[j];
          const bool is_variable = a.of && !a.of->is_object && a.site && b.site;
          if (!is_variable || !meet(a, b) || looks == has_change(a, b)) continue;
          if (looks && !changes(way, a) && !changes(way, b)) continue;
          if (steps_ > steps_max) return std::nullopt;
          if (auto found = in_both_orders(way, choices, a, b)) return found;
        }
      }
    }
    return std::nullopt;
  }

  static bool meet(const LoggedEvent& a, const LoggedEvent& b) {
    return a.thread != b.thread && a.of && a.of == b.of && a.step < b.step;
  }
  static bool has_change(const LoggedEvent& a, const LoggedEvent& b) {
    return !a.changed.empty() || !b.changed.empty();
  }
  // Whether the step of the access changes what it is to.
  static bool changes(const WayLog& way, const LoggedEvent& access) {
    return std::ranges::any_of(way.events, [&](const LoggedEvent& other) {
      return other.step == access.step && other.of == access.of && !other.changed.empty();
    });
  }
  // Whether the steps of the two have something else to do with each other.
  static bool meet_elsewhere(const WayLog& way, const LoggedEvent& a, const LoggedEvent& b) {
    for (const LoggedEvent& first : way.events) {
      if (first.step != a.step || first.of == a.of) continue;
      for (const LoggedEvent& second : way.events) {
        if (second.step == b.step && meet(first, second) && has_change(first, second)) return true;
      }
    }
    return false;
  }

  // Whether the second of two steps, after those before, does something else if the first has left
  // the variable alone.
  bool matters_to_second(const std::vector<Choice>& before, Choice first, Choice second,
                         GlobalId variable) {
    State state = initial_state(machine_);
    for (const Choice& choice : before) step(machine_, state, choice);
    const Value untouched = global(state, variable);
    step(machine_, state, first);
    State otherwise = state;
    set_global(otherwise, variable, untouched);
    steps_ += before.size() + 3;
    if (!is_enabled(machine_, otherwise, second)) return true;
    step(machine_, state, second);
    step(machine_, otherwise, second);
    set_global(otherwise, variable, global(state, variable));
    return otherwise != state;
  }

  // The steps of the thread of `b` between the two come before both.
  std::optional<DecidingAccesses> in_both_orders(const WayLog& way,
                                                 const std::vector<Choice>& choices,
                                                 const LoggedEvent& a, const LoggedEvent& b) {
    const auto first = choices.begin() + static_cast<std::ptrdiff_t>(a.step) - 1;
    const auto second = choices.begin() + static_cast<std::ptrdiff_t>(b.step) - 1;
    std::vector<Choice> exact(choices.begin(), first), rest;
    for (auto choice = first + 1; choice != second; ++choice) {
      (choice->thread == b.thread ? exact : rest).push_back(*choice);
    }
    rest.insert(rest.end(), second + 1, choices.end());
    std::vector<Choice> other = exact;
    exact.insert(exact.end(), {*first, *second});
    other.insert(other.end(), {*second, *first});
    const std::uint64_t step = exact.size() - 1;
    const std::vector<Choice> before(other.begin(), other.end() - 2);

    DecidingAccesses result;
    result.variable = machine_.program.globals[a.of->index].name;
    result.accesses = {{way.names[a.thread.index], *a.site}, {way.names[b.thread.index], *b.site}};
    if (!add(result, {std::move(exact), rest}, step, a, b)) return std::nullopt;
    if (!add(result, {std::move(other), std::move(rest)}, step, b, a)) return std::nullopt;
    if (result.orders[0].variables == result.orders[1].variables) return std::nullopt;
    const GlobalId variable{a.of->index};
    if (!meet_elsewhere(way, a, b) ||
        result.orders[0].variables[variable.index] != result.orders[1].variables[variable.index] ||
        matters_to_second(before, *first, *second, variable) ||
        matters_to_second(before, *second, *first, variable)) {
      return result;
    }
    return std::nullopt;
  }

  // False: the two are not the same accesses there, or the program does not come to its end.
  bool add(DecidingAccesses& result, Reordered policy, std::uint64_t step, const LoggedEvent& a,
           const LoggedEvent& b) {
    const WayLog without_texts = taken(policy, 4 * way_max);
    if (without_texts.result.end != RunResult::End::finished) return false;
    const State& end = without_texts.result.state;
    for (std::uint32_t i = 0; i < thread_count(machine_.program, end); ++i) {
      if (uncaught(machine_, end, {i}) != none_value) return false;
    }
    const std::vector<Choice> choices = without_texts.result.choices.all();
    if (access(without_texts, step, a) == nullptr || access(without_texts, step + 1, b) == nullptr)
      return false;
    const WayLog log = log_way(machine_, choices);
    DecidingAccesses::Order order;
    order.step = step;
    order.what = {access(log, step, a)->text, access(log, step + 1, b)->text};
    order.schedule = to_schedule(machine_, choices);
    const StateNames names(machine_, end);
    for (std::uint32_t i = 0; i < machine_.program.globals.size(); ++i) {
      order.variables.emplace_back(machine_.program.globals[i].name,
                                   to_json(machine_.values(), global(end, {i}), names));
    }
    result.orders.push_back(std::move(order));
    return true;
  }

  static const LoggedEvent* access(const WayLog& log, std::uint64_t step, const LoggedEvent& as) {
    const auto found = std::ranges::find_if(log.events, [&](const LoggedEvent& event) {
      return event.step == step && event.thread == as.thread && event.of == as.of &&
             event.operation == as.operation && event.site == as.site;
    });
    return found == log.events.end() ? nullptr : &*found;
  }

  const Machine& machine_;
  std::uint64_t steps_ = 0;
};

}  // namespace

std::optional<DecidingAccesses> deciding_accesses(const Machine& machine) {
  return Deciding(machine).find();
}

}  // namespace lockstep
