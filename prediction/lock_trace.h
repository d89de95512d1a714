// What a run did to its locks, and what of it had to come before what: the trace that deadlocks
// are predicted from. Plain data and its builder; prediction/record_locks fills it from a run.
//
// A thread's steps count from 1, and a set of steps that keeps the order of each thread is one
// number a thread: how many of its first steps are in it. Such a row of numbers is a clock
// (Mattern, 1989); the clock of a step is the least set with it that is closed under
//   - the order of each thread, and the start of a thread before its first step;
//   - data: with a step that looks at something goes the step that last changed it.
// The must clock knows of starts and ends of threads and tasks alone: what it has come before a
// step comes before it in every run that goes the same ways, whatever data it meets.
//
// Memory is a few words a section, a request and a change of a clock; other steps leave nothing.
#pragma once
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "engine/ids.h"

namespace lockstep {

using Clock = std::vector<std::uint32_t>;  // index = thread; threads beyond its end have 0
using ClockId = Id<struct ClockTag>;
using LockId = Id<struct LockTag>;  // a lock; objects that processes have copies of are several

void join(Clock& clock, std::span<const std::uint32_t> other);
void join(Clock& clock, ThreadId thread, std::uint32_t steps);

// Clocks that are kept, all in one row of numbers.
class ClockTable {
 public:
  ClockTable() : ends_{0} { keep({}); }  // 0 is the empty one
  ClockId keep(std::span<const std::uint32_t> clock);
  std::span<const std::uint32_t> operator[](ClockId id) const;
  std::size_t memory_bytes() const;

 private:
  std::vector<std::uint32_t> numbers_;
  std::vector<std::size_t> ends_;
};

// From an outermost acquisition of a lock to its release, by whomever.
struct Section {
  LockId lock;
  ThreadId thread;
  std::uint32_t taken;         // in this step of the thread
  std::uint32_t released = 0;  // in this step of released_by; 0: never
  ThreadId released_by;
  ClockId release_clock;
};

struct HeldLock {
  LockId lock;
  SiteId site;  // where it was taken
  bool is_new;  // in the step in which the other lock is asked for
  friend auto operator<=>(const HeldLock&, const HeldLock&) = default;
};
// That a thread asks for a lock at a place with others held: all requests that are alike. (Joshi,
// Park, Sen, Naik, "A Randomized Dynamic Program Analysis Technique for Detecting Real Deadlocks",
// PLDI 2009.)
struct LockDependency {
  ThreadId thread;
  LockId lock;
  SiteId site;
  bool is_inside;              // their steps do something before they ask
  std::vector<HeldLock> held;  // in the order in which they were taken; at least one
  friend auto operator<=>(const LockDependency&, const LockDependency&) = default;
};
// One of them, which would wait for ever if the lock stayed somebody else's.
struct Request {
  std::uint32_t dependency;
  std::uint32_t step;           // of its thread, in which it was made
  std::uint32_t sections;       // of the thread, begun before it
  ClockId before, must_before;  // right before it, without the thread's own steps
};

struct LockTrace {
  std::vector<Section> sections;                      // by time of acquisition
  std::vector<std::vector<std::uint32_t>> of_thread;  // index = thread: its sections, ascending
  std::vector<LockDependency> dependencies;
  std::vector<std::vector<Request>> requests;  // index = dependency; by time
  ClockTable clocks;
  std::uint32_t locks = 0;  // LockIds are below it
  struct Creation {
    ThreadId by, thread;
    std::uint32_t step;
  };
  std::vector<Creation> created;  // threads, by time
  std::size_t memory_bytes() const;
};

class LockTraceBuilder {
 public:
  using VariableId = Id<struct VariableTag>;  // whatever is looked at and changed; also a lock

  void begin_step(ThreadId thread);
  // All of what follows happens in the step that has begun last, in order.
  // Asked for a lock that is not the thread's, and would wait for ever if it were another's. What
  // is asked with nothing held is of no concern.
  void request(LockId lock, SiteId site);
  void acquire(LockId lock, SiteId site);
  void release(LockId lock);  // whoever has it
  void look(VariableId variable);
  void change(VariableId variable);
  void create(ThreadId thread);
  void start(ThreadId thread);
  void end();  // of the thread
  enum class Known : std::uint8_t { waited_for, looked_at };
  void see_end(ThreadId of, Known how);  // if it is over
  void do_something();                   // else
  // A number that stands for something that happens once: a task that is submitted or finished.
  void publish(std::uint64_t token);
  void receive(std::uint64_t token, bool waits = true);
  void end_step();

  std::optional<ThreadId> holder(LockId lock) const;
  bool holds_any(ThreadId thread) const;
  std::uint32_t steps(ThreadId thread) const;
  std::size_t memory_bytes() const;
  // Some thread waits at its end for a lock, which it will not have.
  void waits_at_the_end(ThreadId thread, LockId lock, SiteId site);
  LockTrace take() && { return std::move(trace_); }

 private:
  struct Now {  // a thread
    std::uint32_t steps = 0;
    Clock clock, must;
    std::optional<ClockId> kept, kept_must;  // the same in the table, if unchanged
    struct Held {
      LockId lock;
      SiteId site;
      std::uint32_t section;
    };
    std::vector<Held> held;
  };
  struct Mark {  // a step that others come to know of
    ThreadId thread;
    std::uint32_t step = 0;  // 0: none
    Clock clock, must;       // must: only of those that it knows of
  };
  Now& now(ThreadId thread);
  void join_with(const Mark& mark);
  void join_must(const Mark& mark);
  Mark mark_of_step();
  void add_request(ThreadId thread, LockId lock, SiteId site, std::uint32_t step, bool is_inside);

  LockTrace trace_;
  ThreadId self_;
  bool did_something_ = false;  // in the step
  std::vector<Now> threads_;
  std::vector<std::optional<std::uint32_t>> taken_;  // index = lock: the section that it is in
  std::vector<Mark> handed_over_;    // index = lock: who has released another's section of it
  std::vector<Mark> changes_;        // index = variable
  std::vector<Mark> starts_, ends_;  // index = thread
  std::map<std::uint64_t, Mark> tokens_;
  std::map<LockDependency, std::uint32_t> dependency_numbers_;
  LockDependency asked_;  // the dependency of a request, while it is looked up
  // Of the step, to be given its clock when it is over.
  std::vector<std::uint32_t> released_, changed_, started_;
  std::vector<std::uint64_t> published_;
  bool is_over_ = false;
};

}  // namespace lockstep
