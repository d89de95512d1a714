#include "prediction/replay.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "detector/deadlock.h"
#include "engine/run/run.h"
#include "explorer/simplify.h"
#include "explorer/witness.h"

namespace lockstep {
namespace {

// A longer way is not made shorter: each attempt takes all of it.
constexpr std::size_t simplified_steps_max = 2'000;

bool contains_all(const std::vector<ThreadId>& core, std::span<const ThreadId> threads) {
  return std::ranges::all_of(
      threads, [&](ThreadId thread) { return std::ranges::find(core, thread) != core.end(); });
}

// The choices, then whoever is not one of the threads, in turn, until these are stuck.
class Lead : public Policy {
 public:
  Lead(const FutureAccesses& future, std::vector<Choice> choices, std::span<const ThreadId> threads,
       std::uint64_t further_max)
      : future_(future),
        choices_(std::move(choices)),
        threads_(threads),
        further_max_(further_max) {}

  Pick pick(const Moment& moment) override {
    if (taken_ < choices_.size()) {
      const Choice choice = choices_[taken_++];
      if (!offers(moment, choice)) return {Pick::Kind::refused, {}, "it goes another way"};
      return {Pick::Kind::choice, choice, {}};
    }
    // Whether they are is asked more and more rarely: the steps in between may be many.
    if (further_ == ask_at_) {
      ask_at_ += 1 + ask_at_ / 4;
      if (look(moment.machine, moment.state)) return {Pick::Kind::stop, {}, {}};
    }
    const Choice* next = nullptr;
    for (const Choice& choice : moment.choices()) {
      if (std::ranges::find(threads_, choice.thread) != threads_.end()) continue;
      if (next == nullptr || (choice.thread > last_ && next->thread <= last_)) next = &choice;
    }
    if (next == nullptr || further_++ == further_max_) return {Pick::Kind::stop, {}, {}};
    last_ = next->thread;
    return {Pick::Kind::choice, *next, {}};
  }

  bool look(const Machine& machine, const State& state) {
    for (const Cause& cause : causes(machine, state, future_)) {
      if (contains_all(cause.core, threads_)) found_ = {cause.kind, cause.fingerprint};
    }
    return found_.has_value();
  }
  const std::optional<Suspicion>& found() const { return found_; }

 private:
  const FutureAccesses& future_;
  std::vector<Choice> choices_;
  std::size_t taken_ = 0;
  std::span<const ThreadId> threads_;
  std::uint64_t further_max_, further_ = 0, ask_at_ = 0;
  ThreadId last_;  // who went on last
  std::optional<Suspicion> found_;
};

}  // namespace

bool can_end_stuck(const Program& program, const std::vector<Choice>& choices,
                   std::uint64_t further_max) {
  class InTurn : public Policy {
   public:
    explicit InTurn(const std::vector<Choice>& choices) : choices_(choices) {}
    Pick pick(const Moment& moment) override {
      if (taken_ < choices_.size()) return {Pick::Kind::choice, choices_[taken_++], {}};
      const std::span<const Choice> offered = moment.choices();
      const auto next = std::ranges::find_if(
          offered, [&](const Choice& choice) { return choice.thread > last_; });
      const Choice choice = next == offered.end() ? offered.front() : *next;
      last_ = choice.thread;
      return {Pick::Kind::choice, choice, {}};
    }

   private:
    const std::vector<Choice>& choices_;
    std::size_t taken_ = 0;
    ThreadId last_;
  } in_turn(choices);
  const Machine machine(program);
  RunOptions options;
  options.limits.steps_max = choices.size() + further_max;
  options.forgets = RunOptions::Forgets::when_doubled;
  options.keep_choices = false;
  return run(machine, in_turn, nullptr, options).end == RunResult::End::stuck;
}

std::vector<Choice> choices_of(const Choices& run, const LockTrace& trace,
                               const SyncPreserving::Instance& instance,
                               std::vector<ThreadId>& threads) {
  const auto steps_of = [](const Clock& clock, ThreadId thread) {
    return thread.index < clock.size() ? clock[thread.index] : 0;
  };
  std::vector<std::uint32_t> number;  // index = thread as the run has it
  std::uint32_t next = 0;
  const auto number_of = [&](ThreadId thread) {
    while (number.size() <= thread.index)
      number.push_back(static_cast<std::uint32_t>(number.size()));
    return ThreadId{number[thread.index]};
  };
  auto created = trace.created.begin();
  if (created != trace.created.end()) next = created->thread.index;
  Clock taken;
  std::vector<Choice> choices;
  std::vector<std::optional<Choice>> last(instance.then.size());
  run.for_each([&](Choice choice) {
    const ThreadId thread = choice.thread;
    join(taken, thread, steps_of(taken, thread) + 1);
    const std::uint32_t step = taken[thread.index];
    const bool is_in = step <= steps_of(instance.steps, thread);
    for (; created != trace.created.end() && created->by == thread && created->step == step;
         ++created) {
      number_of(created->thread);
      if (is_in) number[created->thread.index] = next++;
    }
    choice.thread = number_of(thread);
    if (is_in) choices.push_back(choice);
    for (std::size_t i = 0; i < last.size(); ++i) {
      const bool is_last =
          instance.then[i] == thread && step == steps_of(instance.steps, thread) + 1;
      if (is_last) last[i] = choice;
    }
  });
  for (const std::optional<Choice>& choice : last) {
    if (choice) choices.push_back(*choice);
  }
  for (ThreadId& thread : threads) thread = number_of(thread);
  return choices;
}

Replayed replay(const Program& program, const FutureAccesses& future, std::vector<Choice> choices,
                std::span<const ThreadId> threads, std::uint64_t further_steps_max) {
  Way way;
  std::optional<Suspicion> suspicion;
  {
    const Machine machine(program);
    Lead lead(future, std::move(choices), threads, further_steps_max);
    RunOptions options;
    options.limits.steps_max = std::numeric_limits<std::uint64_t>::max();
    options.forgets = RunOptions::Forgets::when_doubled;
    const RunResult result = run(machine, lead, nullptr, options);
    way.found = true;
    way.choices = result.choices.all();
    way.preemptions = result.preemptions;
    if (result.end == RunResult::End::refused) return {std::nullopt, result.steps};
    if (!lead.found()) lead.look(machine, result.state);
    suspicion = lead.found();
  }
  const std::uint64_t steps = way.choices.size();
  if (!suspicion) return {std::nullopt, steps};
  const Machine machine(program);
  if (steps <= simplified_steps_max) {
    way = simplify(machine, std::move(way), [&](const std::vector<Choice>& shorter) {
      Way candidate;
      candidate.choices = shorter;
      return confirm(machine, future, *suspicion, candidate).has_value();
    });
  }
  std::optional<Finding> finding = confirm(machine, future, *suspicion, way);
  if (finding) finding->partial = !can_end_stuck(program, way.choices, further_steps_max);
  return {std::move(finding), steps};
}

}  // namespace lockstep
