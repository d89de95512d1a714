#include "prediction/lock_trace.h"

#include <algorithm>
#include <utility>

#include "engine/assert.h"

namespace lockstep {
namespace {

template <class T>
T& at(std::vector<T>& row, std::uint32_t index) {
  if (row.size() <= index) row.resize(index + 1);
  return row[index];
}

}  // namespace

void join(Clock& clock, std::span<const std::uint32_t> other) {
  if (clock.size() < other.size()) clock.resize(other.size());
  for (std::size_t i = 0; i < other.size(); ++i) clock[i] = std::max(clock[i], other[i]);
}

void join(Clock& clock, ThreadId thread, std::uint32_t steps) {
  std::uint32_t& its = at(clock, thread.index);
  its = std::max(its, steps);
}

ClockId ClockTable::keep(std::span<const std::uint32_t> clock) {
  numbers_.insert(numbers_.end(), clock.begin(), clock.end());
  ends_.push_back(numbers_.size());
  return {static_cast<std::uint32_t>(ends_.size() - 2)};
}

std::span<const std::uint32_t> ClockTable::operator[](ClockId id) const {
  const std::size_t begin = ends_[id.index];
  return std::span(numbers_).subspan(begin, ends_[id.index + 1] - begin);
}

std::size_t ClockTable::memory_bytes() const {
  return numbers_.capacity() * sizeof(std::uint32_t) + ends_.capacity() * sizeof(std::size_t);
}

std::size_t LockTrace::memory_bytes() const {
  std::size_t bytes = clocks.memory_bytes() + sections.capacity() * sizeof(Section) +
                      dependencies.capacity() * sizeof(LockDependency) +
                      created.capacity() * sizeof(Creation);
  bytes += sections.size() * sizeof(std::uint32_t) * 2;
  for (const std::vector<Request>& each : requests) bytes += each.capacity() * sizeof(Request);
  return bytes;
}

LockTraceBuilder::Now& LockTraceBuilder::now(ThreadId thread) { return at(threads_, thread.index); }

void LockTraceBuilder::begin_step(ThreadId thread) {
  self_ = thread;
  Now& self = now(thread);
  did_something_ = false;
  if (self.steps++ > 0 || thread.index >= starts_.size()) return;
  const Mark& start = starts_[thread.index];
  join_with(start);
  join_must(start);
}

// What the mark's step comes after, and that step.
void LockTraceBuilder::join_with(const Mark& mark) {
  if (mark.step == 0 || mark.thread == self_) return;
  Now& self = now(self_);
  const auto has = [&](std::size_t thread, std::uint32_t steps) {
    return thread < self.clock.size() && self.clock[thread] >= steps;
  };
  if (has(mark.thread.index, mark.step)) return;  // a clock is closed
  join(self.clock, mark.clock);
  join(self.clock, mark.thread, mark.step);
  self.kept.reset();
}

void LockTraceBuilder::join_must(const Mark& mark) {
  if (mark.step == 0 || mark.thread == self_) return;
  Now& self = now(self_);
  join(self.must, mark.must);
  join(self.must, mark.thread, mark.step);
  self.kept_must.reset();
}

LockTraceBuilder::Mark LockTraceBuilder::mark_of_step() {
  const Now& self = now(self_);
  return {self_, self.steps, self.clock, self.must};
}

void LockTraceBuilder::add_request(ThreadId thread, LockId lock, SiteId site, std::uint32_t step,
                                   bool is_inside) {
  Now& self = now(thread);
  if (self.held.empty()) return;
  LockDependency& dependency = asked_;  // one that is known costs no memory
  dependency.thread = thread;
  dependency.lock = lock;
  dependency.site = site;
  dependency.is_inside = is_inside;
  dependency.held.clear();
  for (const Now::Held& held : self.held) {
    if (held.lock == lock) return;  // it waits for itself
    dependency.held.push_back({held.lock, held.site, trace_.sections[held.section].taken == step});
  }
  auto number = dependency_numbers_.find(dependency);
  if (number == dependency_numbers_.end()) {
    number = dependency_numbers_
                 .emplace(dependency, static_cast<std::uint32_t>(trace_.dependencies.size()))
                 .first;
    trace_.dependencies.push_back(dependency);
    trace_.requests.emplace_back();
  }
  if (!self.kept) self.kept = trace_.clocks.keep(self.clock);
  if (!self.kept_must) self.kept_must = trace_.clocks.keep(self.must);
  const auto sections = static_cast<std::uint32_t>(at(trace_.of_thread, thread.index).size());
  trace_.requests[number->second].push_back(
      {number->second, step, sections, *self.kept, *self.kept_must});
}

void LockTraceBuilder::request(LockId lock, SiteId site) {
  add_request(self_, lock, site, now(self_).steps, did_something_);
}

void LockTraceBuilder::waits_at_the_end(ThreadId thread, LockId lock, SiteId site) {
  add_request(thread, lock, site, now(thread).steps + 1, false);
}

void LockTraceBuilder::acquire(LockId lock, SiteId site) {
  did_something_ = true;
  const auto section = static_cast<std::uint32_t>(trace_.sections.size());
  // A lock that one thread takes for another to release is a signal.
  if (lock.index < handed_over_.size()) join_with(handed_over_[lock.index]);
  Now& self = now(self_);
  trace_.sections.push_back({lock, self_, self.steps, 0, {}, {}});
  at(trace_.of_thread, self_.index).push_back(section);
  at(taken_, lock.index) = section;
  trace_.locks = std::max(trace_.locks, lock.index + 1);
  self.held.push_back({lock, site, section});
}

void LockTraceBuilder::release(LockId lock) {
  did_something_ = true;
  std::optional<std::uint32_t>& taken = at(taken_, lock.index);
  if (!taken) return;
  Section& section = trace_.sections[*taken];
  section.released_by = self_;
  section.released = now(self_).steps;
  released_.push_back(*taken);
  std::erase_if(now(section.thread).held,
                [&](const Now::Held& held) { return held.section == *taken; });
  taken.reset();
}

void LockTraceBuilder::look(VariableId variable) {
  did_something_ = true;
  if (variable.index >= changes_.size()) return;
  const bool is_own = std::ranges::find(changed_, variable.index) != changed_.end();
  if (!is_own) join_with(changes_[variable.index]);
}

void LockTraceBuilder::change(VariableId variable) {
  did_something_ = true;
  changed_.push_back(variable.index);
}

void LockTraceBuilder::create(ThreadId thread) {
  trace_.created.push_back({self_, thread, now(self_).steps});
}

void LockTraceBuilder::start(ThreadId thread) { started_.push_back(thread.index); }

void LockTraceBuilder::end() { is_over_ = true; }

void LockTraceBuilder::see_end(ThreadId of, Known how) {
  did_something_ = true;
  if (of.index >= ends_.size()) return;
  join_with(ends_[of.index]);
  if (how == Known::waited_for) join_must(ends_[of.index]);
}

void LockTraceBuilder::do_something() { did_something_ = true; }

void LockTraceBuilder::publish(std::uint64_t token) { published_.push_back(token); }

void LockTraceBuilder::receive(std::uint64_t token, bool waits) {
  const auto found = tokens_.find(token);
  if (found == tokens_.end()) return;
  join_with(found->second);
  if (waits) join_must(found->second);
}

void LockTraceBuilder::end_step() {
  Now& self = now(self_);
  for (const std::uint32_t section : released_) {
    if (!self.kept) self.kept = trace_.clocks.keep(self.clock);
    Section& its = trace_.sections[section];
    its.release_clock = *self.kept;
    if (its.thread != self_) {
      at(handed_over_, its.lock.index) = mark_of_step();
    } else if (its.lock.index < handed_over_.size()) {
      handed_over_[its.lock.index] = {};
    }
  }
  for (const std::uint32_t variable : changed_) {
    Mark& mark = at(changes_, variable);
    mark.thread = self_;
    mark.step = self.steps;
    mark.clock = self.clock;
  }
  for (const std::uint32_t thread : started_) at(starts_, thread) = mark_of_step();
  for (const std::uint64_t token : published_) tokens_[token] = mark_of_step();
  if (is_over_) at(ends_, self_.index) = mark_of_step();
  released_.clear();
  changed_.clear();
  started_.clear();
  published_.clear();
  is_over_ = false;
}

std::optional<ThreadId> LockTraceBuilder::holder(LockId lock) const {
  if (lock.index >= taken_.size() || !taken_[lock.index]) return std::nullopt;
  return trace_.sections[*taken_[lock.index]].thread;
}

bool LockTraceBuilder::holds_any(ThreadId thread) const {
  return thread.index < threads_.size() && !threads_[thread.index].held.empty();
}

std::uint32_t LockTraceBuilder::steps(ThreadId thread) const {
  return thread.index < threads_.size() ? threads_[thread.index].steps : 0;
}

std::size_t LockTraceBuilder::memory_bytes() const {
  return trace_.memory_bytes() + tokens_.size() * 200;
}

}  // namespace lockstep
