#include "engine/run/cores.h"

#include <algorithm>

#include "engine/assert.h"

namespace lockstep {
namespace {

// However long two threads compute, they change places so often at most.
constexpr Nanoseconds slices_max = 100'000;
constexpr std::uint32_t cores_max = 4096;

}  // namespace

Cores::Cores(bool has_gil, std::uint32_t cores, Nanoseconds switch_interval)
    : has_gil_(has_gil),
      switch_interval_(std::max<Nanoseconds>(switch_interval, 1)),
      cores_(std::clamp(cores, 1U, cores_max)) {}

Cores::Thread& Cores::of(ThreadId thread) {
  if (threads_.size() <= thread.index) threads_.resize(thread.index + 1);
  return threads_[thread.index];
}

void Cores::ready(ThreadId id, Nanoseconds at, Nanoseconds work, bool stepped) {
  Thread& thread = of(id);
  not_ready(id);
  at = std::max(at, thread.not_before);
  thread.at = at;
  thread.work = work;
  thread.stepped = stepped;
  thread.is_coming = true;
  coming_.insert({at, id});
}

void Cores::not_ready(ThreadId id) {
  Thread& thread = of(id);
  leave_crowd(id);
  leave_line(id);
  if (thread.is_coming) coming_.erase({thread.at, id});
  thread.is_coming = false;
  thread.work = 0;
}

void Cores::join(ThreadId id, std::uint32_t crowd) {
  if (crowds_.size() <= crowd) crowds_.resize(crowd + 1);
  not_ready(id);
  LOCKSTEP_ASSERT(crowds_[crowd].place == 0 && !crowds_[crowd].is_coming,
                  "whoever comes to a crowd has to wait with it");
  of(id).crowd = crowd;
  of(id).stepped = false;
  crowds_[crowd].threads.insert(id);
}

bool Cores::is_in_crowd(ThreadId id) const {
  return id.index < threads_.size() && threads_[id.index].crowd != no_crowd;
}

// Its first thread stands where the crowd does, if it stands anywhere, or does so no more.
void Cores::put(const Crowd& crowd, bool is_there) {
  if (crowd.threads.empty()) return;
  const ThreadId first = *crowd.threads.begin();
  if (crowd.place != 0) {
    if (is_there) plain_.insert({crowd.place, first});
    if (!is_there) plain_.erase({crowd.place, first});
  } else if (crowd.is_coming) {
    if (is_there) coming_.insert({crowd.at, first});
    if (!is_there) coming_.erase({crowd.at, first});
  }
}

void Cores::open(std::uint32_t id, Nanoseconds at) {
  close(id);
  if (id >= crowds_.size() || crowds_[id].threads.empty()) return;
  Crowd& crowd = crowds_[id];
  crowd.at = at;
  crowd.is_coming = true;
  put(crowd, true);
}

void Cores::close(std::uint32_t id) {
  if (id >= crowds_.size()) return;
  Crowd& crowd = crowds_[id];
  put(crowd, false);
  crowd.place = 0;
  crowd.is_coming = false;
}

void Cores::leave_crowd(ThreadId id) {
  Thread& thread = of(id);
  if (thread.crowd == no_crowd) return;
  Crowd& crowd = crowds_[thread.crowd];
  const bool is_first = *crowd.threads.begin() == id;
  if (is_first) put(crowd, false);
  crowd.threads.erase(id);
  if (is_first) put(crowd, true);
  if (crowd.threads.empty()) {
    crowd.place = 0;
    crowd.is_coming = false;
  }
  thread.at = crowd.at;
  thread.crowd = no_crowd;
}

bool Cores::is_known(ThreadId id) const {
  if (id.index >= threads_.size()) return false;
  const Thread& thread = threads_[id.index];
  return place_of(thread) != 0 ||
         (thread.crowd == no_crowd ? thread.is_coming : crowds_[thread.crowd].is_coming);
}

bool Cores::is_in_line(ThreadId id) const {
  return id.index < threads_.size() && place_of(threads_[id.index]) != 0;
}

void Cores::starts(ThreadId parent, ThreadId child) { started_ = {parent, child}; }

void Cores::stand(ThreadId id, std::uint64_t place) {
  Thread& thread = threads_[id.index];
  thread.place = place;
  line_of(thread).insert({thread.place, id});
}

void Cores::leave_line(ThreadId id) {
  Thread& thread = threads_[id.index];
  if (thread.place != 0) line_of(thread).erase({thread.place, id});
  thread.place = 0;
}

void Cores::leave_core(Core& core) {
  threads_[core.holder->index].core.reset();
  core.holder.reset();
  core.yields = false;
}

std::optional<ThreadId> Cores::settle(Nanoseconds& now, std::optional<ThreadId> goal) {
  spans_.clear();
  for (;;) {
    admit(now);
    release(now);
    const std::optional<ThreadId> found = seat(now, goal);
    // The child stands in line once its start is over.
    if (!has_gil_ || !started_ || found || is_in_line(started_->second)) started_.reset();
    if (found) {
      leave_crowd(*found);
      leave_line(*found);
      return found;
    }
    const Nanoseconds next = next_event(now);
    if (next == never) return std::nullopt;
    note_waits(now, next);
    progress(now, next);
    now = next;
  }
}

void Cores::admit(Nanoseconds now) {
  arrivals_.clear();
  while (!coming_.empty() && coming_.begin()->first <= now) {
    const auto [at, id] = *coming_.begin();
    coming_.erase({at, id});
    Thread& thread = threads_[id.index];
    if (thread.crowd == no_crowd) {
      thread.is_coming = false;
    } else {
      crowds_[thread.crowd].is_coming = false;
      thread.at = crowds_[thread.crowd].at;
    }
    arrivals_.push_back(id);
  }
  if (arrivals_.size() > 1) {
    std::ranges::sort(arrivals_, [&](ThreadId a, ThreadId b) {
      const Thread& one = threads_[a.index];
      const Thread& other = threads_[b.index];
      if (one.at != other.at) return one.at < other.at;
      return one.stepped != other.stepped ? other.stepped : a < b;
    });
  }
  // Those who come at one moment have one place, in which they stand by their ids.
  const Thread* before = nullptr;
  for (const ThreadId id : arrivals_) {
    const Thread& thread = threads_[id.index];
    if (before == nullptr || before->at != thread.at || before->stepped != thread.stepped) {
      ++places_;
    }
    before = &thread;
    if (thread.crowd == no_crowd) {
      stand(id, places_);
    } else {
      crowds_[thread.crowd].place = places_;
      put(crowds_[thread.crowd], true);
    }
  }
}

void Cores::release(Nanoseconds now) {
  for (Core& core : cores_) {
    if (!core.holder || core.busy_until > now) continue;
    if (threads_[core.holder->index].place == 0 || core.yields) leave_core(core);
  }
  // One waiter needs one core: that of whoever has had it for longest.
  while (Core* const core = longest_held(now)) {
    const ThreadId id = *core->holder;
    leave_core(*core);
    leave_line(id);
    threads_[id.index].at = now;
    stand(id, ++places_);
  }
}

// Of the cores that somebody has waited for long enough.
Cores::Core* Cores::longest_held(Nanoseconds now) {
  Core* longest = nullptr;
  for (Core& core : cores_) {
    if (!core.holder || core.busy_until > now) continue;
    if (longest != nullptr && longest->turn < core.turn) continue;
    const Thread& thread = threads_[core.holder->index];
    if ((thread.work > 0 || thread.stepped) && asked(core) <= now) longest = &core;
  }
  return longest;
}

bool Cores::all_taken() const {
  return std::ranges::all_of(cores_, [](const Core& one) { return one.holder.has_value(); });
}

bool Cores::is_free_for(ThreadId id) const {
  bool is_any_free = false;
  for (const Core& core : cores_) {
    if (!core.holder) {
      is_any_free = true;
    } else if (has_gil_ && process_of(*core.holder) == process_of(id)) {
      return false;
    }
  }
  return is_any_free;
}

bool Cores::take_core(ThreadId id, Nanoseconds now) {
  if (!is_free_for(id)) return false;
  const auto core =
      std::ranges::find_if(cores_, [](const Core& one) { return !one.holder.has_value(); });
  core->holder = id;
  core->slice_begin = now;
  core->turn = ++turns_;
  core->busy_until = now;
  threads_[id.index].core = static_cast<std::size_t>(core - cores_.begin());
  return true;
}

// Takes a core from a thread that could take a step there, but that the schedule passes over.
bool Cores::displace(ThreadId goal, Nanoseconds now) {
  for (Core& core : cores_) {
    if (!core.holder || core.busy_until > now || threads_[core.holder->index].work > 0) continue;
    const ThreadId holder = *core.holder;
    leave_core(core);
    if (take_core(goal, now)) return true;
    core.holder = holder;
    threads_[holder.index].core = static_cast<std::size_t>(&core - cores_.data());
  }
  return false;
}

std::optional<ThreadId> Cores::seat(Nanoseconds now, std::optional<ThreadId> goal) {
  if (has_gil_ && started_) {
    const auto [parent, child] = *started_;
    // One that could take a step, and is passed over, gets no core.
    const bool may_begin = !goal || *goal == child || of(child).work > 0;
    if (may_begin && is_in_line(child) && !of(child).core) {
      if (const auto core = of(parent).core; core && cores_[*core].busy_until <= now) {
        leave_core(cores_[*core]);
      }
      if (take_core(child, now) && of(child).work == 0) return child;
    }
  }
  auto computing = computing_.begin();
  // Whoever is to be seated and could take a step, by place; nobody while that is 0.
  std::pair<std::uint64_t, ThreadId> plain{};
  if (!goal && !plain_.empty()) plain = *plain_.begin();
  if (goal && is_in_line(*goal) && of(*goal).work == 0) plain = {place_of(of(*goal)), *goal};
  // How many of those who could take a step have a core already.
  const auto seated = std::ranges::count_if(cores_, [&](const Core& core) {
    return core.holder && threads_[core.holder->index].place != 0 &&
           threads_[core.holder->index].work == 0;
  });
  while (computing != computing_.end() || plain.first != 0) {
    if (plain.first == 0 || (computing != computing_.end() && *computing < plain)) {
      const ThreadId id = (computing++)->second;
      if (!threads_[id.index].core) take_core(id, now);
      if (plain.first == 0 && all_taken()) break;
      continue;
    }
    const ThreadId id = plain.second;
    if (threads_[id.index].core || take_core(id, now) || (goal && displace(id, now))) return id;
    // Nobody behind it can have one either; perhaps somebody has.
    plain = {};
    if (!goal && seated > 0) {
      for (const Core& core : cores_) {
        if (!core.holder || threads_[core.holder->index].work > 0) continue;
        const std::uint64_t place = threads_[core.holder->index].place;
        if (place == 0) continue;
        const std::pair its(place, *core.holder);
        if (plain.first == 0 || its < plain) plain = its;
      }
    }
  }
  return std::nullopt;
}

bool Cores::computes(const Core& core, Nanoseconds now) const {
  return core.holder && core.busy_until <= now && threads_[core.holder->index].place != 0 &&
         threads_[core.holder->index].work > 0;
}

// The first in line for this core.
std::optional<ThreadId> Cores::waiter(const Core& core) const {
  const bool is_full = all_taken();
  const auto first = [&](const Line& line) {
    return std::ranges::find_if(line, [&](const auto& entry) {
      return !threads_[entry.second.index].core &&
             (is_full || (has_gil_ && process_of(entry.second) == process_of(*core.holder)));
    });
  };
  const auto plain = first(plain_);
  const auto computing = first(computing_);
  if (plain == plain_.end() && computing == computing_.end()) return std::nullopt;
  if (plain == plain_.end()) return computing->second;
  if (computing == computing_.end()) return plain->second;
  return std::min(*plain, *computing).second;
}

Nanoseconds Cores::asked(const Core& core) const {
  const std::optional<ThreadId> who = waiter(core);
  if (!who) return never;
  const Thread& waiting = threads_[who->index];
  const Nanoseconds work = std::min(waiting.work, threads_[core.holder->index].work);
  return later(std::max(waiting.at, core.slice_begin),
               std::max(switch_interval_, work / slices_max));
}

Nanoseconds Cores::next_event(Nanoseconds now) const {
  Nanoseconds next = coming_.empty() ? never : coming_.begin()->first;
  for (const Core& core : cores_) {
    if (!core.holder) continue;
    if (core.busy_until > now) {
      next = std::min(next, core.busy_until);
    } else if (computes(core, now)) {
      next = std::min({next, later(now, threads_[core.holder->index].work), asked(core)});
    }
  }
  return next;
}

void Cores::progress(Nanoseconds now, Nanoseconds next) {
  for (const Core& core : cores_) {
    if (!computes(core, now)) continue;
    const ThreadId id = *core.holder;
    Thread& thread = threads_[id.index];
    if (later(now, thread.work) == next) {
      computing_.erase({thread.place, id});
      plain_.insert({thread.place, id});
      thread.stepped = false;  // the step after the compute comes first
      thread.work = 0;
    } else {
      thread.work -= next - now;
    }
    if (next > now) spans_.push_back({id, now, next, true});
  }
}

// Whoever has no core, and whose process has none, waits for one.
void Cores::note_waits(Nanoseconds now, Nanoseconds next) {
  if (!has_gil_ || !has_processes_ || next <= now) return;
  const auto note = [&](const Line& line) {
    for (const auto& waiting : line) {
      const ThreadId thread = waiting.second;
      const bool has_gil = std::ranges::any_of(cores_, [&](const Core& core) {
        return core.holder && process_of(*core.holder) == process_of(thread);
      });
      if (!has_gil) spans_.push_back({thread, now, next, false});
    }
  };
  note(plain_);
  note(computing_);
}

void Cores::stepped(ThreadId id, Nanoseconds end, bool yields) {
  of(id).not_before = end;
  if (started_ && started_->first == id) of(started_->second).not_before = end;
  if (const auto core = of(id).core) {
    cores_[*core].busy_until = end;
    cores_[*core].yields = yields;
  }
}

Nanoseconds Cores::stays_until(ThreadId id) const {
  const std::optional<std::size_t> core = threads_[id.index].core;
  if (!core || !is_serial()) return 0;
  const Nanoseconds until = asked(cores_[*core]);
  return until != never || coming_.empty() ? until : coming_.begin()->first;
}

}  // namespace lockstep
