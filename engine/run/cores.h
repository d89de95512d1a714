// Who computes when: the cores of the machine and, where there is one, the GIL.
//
// A thread that can go on stands in line for a core; under a GIL no two threads of one process
// have a core at a time. Then a thread keeps it until it blocks, sleeps, ends or yields, or until
// another one has waited for the switch interval, as ceval_gil has it: the waiter asks, and the
// holder obeys at its next switch place, which is the end of a step, or anywhere inside a compute.
// It comes to the end of the line, so that it cannot win its own GIL back at once. Where there are
// more threads than cores and no GIL, the same rule shares the cores: whoever has had one for
// longest makes room.
//
// What is ready is known from outside; the cores decide when a step of a thread can begin, and
// how far the computing threads have come meanwhile. That depends on nothing but the steps that
// were taken before, in whatever order a schedule had them: who could take a step and is passed
// over gets no core, and who computes has its share of them.
//
// A crowd are threads that become ready, and cease to be, all at once, however many they are; each
// stands in line as if it had been told of by itself.
//
// Two threads that compute for very long change places less often, so that the time that it
// takes to find out what happens is bounded.
//
// Tested by tests/engine/run/clock_test.cpp.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/ids.h"

namespace lockstep {

using Nanoseconds = std::int64_t;

// Nothing is later: the clock of CPython, with 64 bits of nanoseconds too, ends soon after.
inline constexpr Nanoseconds time_end = Nanoseconds{9'200'000'000} * 1'000'000'000;
inline Nanoseconds later(Nanoseconds at, Nanoseconds by) {
  return by < time_end - at ? at + by : time_end;
}

class Cores {
 public:
  static constexpr Nanoseconds never = std::numeric_limits<Nanoseconds>::max();

  // Where there is a GIL, one core is all that the threads of one process can use: `cores` counts
  // for who has several.
  Cores(bool has_gil, std::uint32_t cores, Nanoseconds switch_interval);

  // Threads are of the main process unless they are said to be of another.
  void runs_in(ThreadId thread, ProcessId process) {
    of(thread).process = process;
    has_processes_ = true;
  }

  // The thread can begin a step at `at` or later, when it has computed for `work`, and stands in
  // line from `at` on, at its end. Among those who come at one moment whoever has `stepped` is the
  // last; the others come in the order of their ids.
  void ready(ThreadId thread, Nanoseconds at, Nanoseconds work, bool stepped);
  // It cannot, until it is said to be ready again.
  void not_ready(ThreadId thread);

  // The thread, which is not ready, is one of a crowd until something else is said of it, or its
  // step begins. Crowds are closed at first. Requires: the crowd is closed.
  void join(ThreadId thread, std::uint32_t crowd);
  bool is_in_crowd(ThreadId thread) const;
  // All of it can begin a step at `at` or later; or cannot. O(log threads).
  void open(std::uint32_t crowd, Nanoseconds at);
  void close(std::uint32_t crowd);
  bool is_known(ThreadId thread) const;
  bool is_in_line(ThreadId thread) const;
  // The thread cannot begin before `at`.
  void begins_at(ThreadId thread, Nanoseconds at) { of(thread).not_before = at; }
  // The next settling in which `child` is in line gives it the core of `parent`, if there is a
  // GIL.
  void starts(ThreadId parent, ThreadId child);

  // Moves `now` to when the step of `goal` can begin; without a goal, of whoever comes first.
  // Nothing: nobody is ready, ever.
  std::optional<ThreadId> settle(Nanoseconds& now, std::optional<ThreadId> goal);
  // The thread, which has settled, has taken its step, which lasts to `end`. `yields`: it lets
  // its core go of itself.
  void stepped(ThreadId thread, Nanoseconds end, bool yields);

  // Only one thread runs at a time, so that time passes with every step.
  bool is_serial() const { return has_gil_ && cores_.size() == 1; }
  // After settling: up to when the thread can take steps, before others must have a turn.
  Nanoseconds stays_until(ThreadId thread) const;

  // What a thread that could go on did in the last settling, from when to when. Under a GIL who
  // waits for a core that threads of other processes have is told of, and who waits for the GIL
  // is not; nor is anybody where there is one process.
  struct Span {
    ThreadId thread;
    Nanoseconds begin, end;
    bool computes;  // else it waited for a core
  };
  const std::vector<Span>& spans() const { return spans_; }

 private:
  struct Thread {
    std::uint64_t place = 0;  // in line, next to who came at the same moment; 0: it is not there
    Nanoseconds at = 0;       // it is or will be in line since then
    Nanoseconds work = 0;
    Nanoseconds not_before = 0;  // the end of its last step, or of the one that started it
    bool is_coming = false;      // it is in coming_
    bool stepped = false;
    std::optional<std::size_t> core;
    ProcessId process;
    std::uint32_t crowd = no_crowd;  // then what is said above of the line is said there
  };
  static constexpr std::uint32_t no_crowd = std::numeric_limits<std::uint32_t>::max();
  struct Crowd {
    std::set<ThreadId> threads;  // the first of them stands for all, in the line and in coming_
    std::uint64_t place = 0;
    Nanoseconds at = 0;
    bool is_coming = false;
  };
  struct Core {
    std::optional<ThreadId> holder;
    Nanoseconds slice_begin = 0;
    std::uint64_t turn = 0;  // ascending in the order in which cores were given
    Nanoseconds busy_until = 0;
    bool yields = false;
  };
  // Most steps take one thread out of a set and put it back: the memory of whoever was taken out
  // last is kept.
  template <class T>
  class Ordered {
   public:
    void insert(const T& one) {
      if (spare_.empty()) {
        set_.insert(one);
      } else {
        spare_.value() = one;
        set_.insert(std::move(spare_));
      }
    }
    void erase(const T& one) {
      if (auto node = set_.extract(one)) spare_ = std::move(node);
    }
    bool empty() const { return set_.empty(); }
    auto begin() const { return set_.begin(); }
    auto end() const { return set_.end(); }

   private:
    std::set<T> set_;
    typename std::set<T>::node_type spare_;
  };
  using Line = Ordered<std::pair<std::uint64_t, ThreadId>>;

  // Who competes for which GIL.
  ProcessId process_of(ThreadId thread) const { return threads_[thread.index].process; }

  Thread& of(ThreadId thread);
  std::uint64_t place_of(const Thread& thread) const {
    return thread.crowd == no_crowd ? thread.place : crowds_[thread.crowd].place;
  }
  void put(const Crowd& crowd, bool is_there);
  void leave_crowd(ThreadId id);
  Line& line_of(const Thread& thread) { return thread.work > 0 ? computing_ : plain_; }
  void stand(ThreadId id, std::uint64_t place);
  void leave_line(ThreadId id);
  void leave_core(Core& core);
  void admit(Nanoseconds now);
  void release(Nanoseconds now);
  Core* longest_held(Nanoseconds now);
  std::optional<ThreadId> seat(Nanoseconds now, std::optional<ThreadId> goal);
  bool take_core(ThreadId id, Nanoseconds now);
  bool displace(ThreadId goal, Nanoseconds now);
  bool is_free_for(ThreadId id) const;
  bool all_taken() const;
  bool computes(const Core& core, Nanoseconds now) const;
  std::optional<ThreadId> waiter(const Core& core) const;
  Nanoseconds asked(const Core& core) const;
  Nanoseconds next_event(Nanoseconds now) const;
  void progress(Nanoseconds now, Nanoseconds next);
  void note_waits(Nanoseconds now, Nanoseconds next);

  bool has_gil_;
  bool has_processes_ = false;
  Nanoseconds switch_interval_;
  std::vector<Core> cores_;
  std::vector<Thread> threads_;  // index = ThreadId
  std::vector<Crowd> crowds_;
  Line plain_, computing_;                                // one line, by place
  Ordered<std::pair<Nanoseconds, ThreadId>> coming_;      // into the line, by time
  std::uint64_t places_ = 0;                              // that were given so far
  std::uint64_t turns_ = 0;                               // and cores
  std::optional<std::pair<ThreadId, ThreadId>> started_;  // parent, child
  std::vector<Span> spans_;
  std::vector<ThreadId> arrivals_;  // for its memory
};

}  // namespace lockstep
