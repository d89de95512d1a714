#include "explorer/prospects.h"

#include <algorithm>

namespace lockstep {

bool Prospects::are_for(const Program& program) { return !program.registers_exit_callbacks; }

Prospects::Prospects(const Machine& machine, const Symmetry* symmetry)
    : machine_(machine), symmetry_(symmetry), locals_(machine.locals().size()) {}

std::uint64_t& Prospects::mask(std::size_t thread, LocalId local) {
  if (thread >= threads_) {
    threads_ = thread + 1;
    masks_.resize(threads_ * locals_, 0);
    any_.resize(threads_, 0);
  }
  return masks_[thread * locals_ + local.index];
}

void Prospects::add(const State& state, std::uint64_t targets) {
  all_ |= targets;
  const std::size_t threads = thread_count(machine_.program, state);
  for (std::uint32_t i = 0; i < threads; ++i) {
    const LocalId at = local(machine_.program, state, {i});
    // Number 0 is also what a killed thread has, from wherever it was; so is what os._exit() leaves
    // of a main thread.
    const bool was_cut = machine_.program.exits_at_once &&
                         life(machine_.program, state, {i}) == Life::ended &&
                         is_process_main(machine_.program, state, {i});
    add_to_class(i, at, targets, at.index == 0 || was_cut);
  }
}

void Prospects::add_to_class(std::uint32_t thread, LocalId local, std::uint64_t targets,
                             bool is_any) {
  const auto add_to = [&](std::uint32_t its) {
    mask(its, local) |= targets;
    if (is_any) any_[its] |= targets;
  };
  if (symmetry_ == nullptr) return add_to(thread);
  for (const std::uint32_t its : symmetry_->class_of(thread)) add_to(its);
}

void Prospects::add(ThreadId thread, LocalId before, std::uint64_t targets) {
  all_ |= targets;
  steps_ |= targets;
  add_to_class(thread.index, before, targets, false);
}

void Prospects::close() {
  std::vector<LocalTable::Pair> runs = machine_.locals().runs();
  std::ranges::sort(runs, {}, [](const LocalTable::Pair& run) { return run.to.index; });
  std::vector<std::size_t> first(locals_ + 1, runs.size());
  for (std::size_t i = runs.size(); i-- > 0;) first[runs[i].to.index] = i;
  for (std::size_t i = locals_; i-- > 0;) first[i] = std::min(first[i], first[i + 1]);

  std::vector<std::uint32_t> open;
  for (std::size_t thread = 0; thread < threads_; ++thread) {
    const std::span<std::uint64_t> masks(&masks_[thread * locals_], locals_);
    for (std::uint32_t i = 0; i < locals_; ++i) {
      if (masks[i] != 0) open.push_back(i);
    }
    while (!open.empty()) {
      const std::uint32_t to = open.back();
      open.pop_back();
      for (std::size_t i = first[to]; i < first[to + 1]; ++i) {
        std::uint64_t& from = masks[runs[i].from.index];
        if ((from | masks[to]) == from) continue;
        from |= masks[to];
        open.push_back(runs[i].from.index);
      }
    }
  }
}

std::uint64_t Prospects::of(const State& state) const {
  const std::size_t threads = thread_count(machine_.program, state);
  std::uint64_t shown = all_ & ~steps_;  // every thread has to be where they show it
  std::uint64_t stepped = 0;             // one thread has to take the step
  for (std::uint32_t i = 0; i < threads_; ++i) {
    if (i >= threads) {
      stepped |= steps_;
      break;
    }
    const LocalId at = local(machine_.program, state, {i});
    if (at.index >= locals_) return all_ | unknown_;
    const std::uint64_t its = masks_[i * locals_ + at.index];
    shown &= its | any_[i];
    stepped |= its;
  }
  return shown | (stepped & steps_) | unknown_;
}

}  // namespace lockstep
