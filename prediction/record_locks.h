// Follows a run and writes down its LockTrace.
//
// Every lock with an owner is one: Lock, RLock, those of multiprocessing, the lock of a Condition,
// which wait() lets go of and takes again. So is a semaphore of one permit, as long as it never has
// more; of others it is only noted that somebody waited for a permit with something held, or held
// one and asked for something. All else that threads share is data: what an operation
// changes is seen in the words of the State, and it has looked at the object that it is about. So
// operations that change one queue keep their order, and an event that is set comes before who
// finds it set. What an operation looks at beside that is not known here: a schedule that is made
// of the trace has to be tried on the machine.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "engine/run/run.h"
#include "prediction/lock_trace.h"

namespace lockstep {

class LockRecorder : public RunObserver {
 public:
  void on_begin(const Machine&, const State& initial, const VirtualClock&) override;
  void on_step(const Machine&, const State& before, std::uint64_t, Choice, double) override;
  void on_event(const Machine&, const State&, const Event&) override;
  void on_step_end(const Machine&, const State& after, double) override;
  bool watches_each_thread() const override { return false; }

  // What threads wait for at the end is asked for, too.
  void on_end(const Machine&, const State& last);
  LockTrace take() && { return std::move(builder_).take(); }

  struct TracedLock {
    ObjectId object;
    ProcessId process;  // the main one of those that are shared
  };
  const std::vector<TracedLock>& locks() const { return locks_; }  // index = LockId
  // Semaphores of which a wait may be part of a circle that the trace does not have, ascending.
  std::vector<ObjectId> not_followed() const {
    return {not_followed_.begin(), not_followed_.end()};
  }
  std::size_t memory_bytes() const { return builder_.memory_bytes(); }
  // It can count no further.
  bool is_full() const { return is_full_; }

 private:
  using Variable = LockTraceBuilder::VariableId;
  LockId lock_of(const Program& program, ObjectId object, ProcessId process);
  Variable variable_of(const Program& program, std::size_t word, ProcessId process) const;
  void note_changes(const Machine& machine, const State& state, const Event& event,
                    ProcessId process);
  bool is_lock(const Program& program, ObjectId object) const;
  std::optional<LockId> note_request(const Machine& machine, const Event& event, ProcessId process);
  void note_permits(const Machine& machine, const Event& event);
  void note_threads(const Machine& machine, const Event& event);
  static bool has_timeout(const Event& event);
  void note_future(const Machine& machine, const Event& event);
  void look_at_threads(const Program& program, const State& after);

  LockTraceBuilder builder_;
  std::vector<TracedLock> locks_;
  std::vector<std::uint32_t> lock_numbers_;    // index = process and object; 0: none yet, else + 1
  std::vector<std::uint32_t> object_of_word_;  // index = word; none: a variable
  std::vector<Word> seen_;                     // as the thread sees it, before the event
  std::vector<Life> lives_;                    // index = thread
  std::set<ObjectId> several_;  // semaphores of one permit at first, that have had more
  std::set<ObjectId> not_followed_;
  std::map<ThreadId, std::map<ObjectId, std::uint32_t>> permits_;  // of those that are no locks
  bool may_concern_threads_ = false;                               // the step
  bool is_full_ = false;
};

}  // namespace lockstep
