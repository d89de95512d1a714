// Where the virtual time of a run went, thread by thread: running, waiting for its turn, asleep,
// or blocked, and on what.
//
// What a step costs, its thread has run, and what the clock says that it computed. Meanwhile, and
// while the clock goes to a deadline, every other thread stays as the last step left it: blocked,
// asleep, or ready, which is to wait for the GIL of its process if another thread of it runs, else
// for a core. Who sleeps or waits with a timeout is ready from the deadline on. A sleep inside
// `atomic`, where its thread cannot rest before it, is a sleep too.
//
// A step costs the threads that it concerns: the account of any other is brought up to date when
// its turn comes, since up to then it stays as it stands. Of a crowd (step/enabled_choices.h) it is
// noted when it was open, for all. Where there are several processes, what a thread waits for
// depends on whose step it is, and all accounts are looked at.
//
// A signal on its way is no thread here. A thread is there from the end of the step that starts it,
// the main thread of a child from the end of its fork, to the end of its own last step, or of the
// process; MainThread always, since it waits for the process to end.
//
// Tested by tests/engine/run/times_test.cpp.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/run/cores.h"
#include "engine/run/run.h"

namespace lockstep {

enum class Activity : std::uint8_t {
  runs,
  waits_for_gil,
  waits_for_core,
  blocked,
  sleeps,  // sleep and io
};

struct ThreadTimes {
  std::string name;  // at the end of the run
  std::int64_t begin_ns = 0, end_ns = 0;
  // These five add up to end_ns - begin_ns.
  std::int64_t runs_ns = 0, gil_ns = 0, core_ns = 0, sleeps_ns = 0, blocked_ns = 0;
  struct Blocked {
    std::string on;  // "mutexA", "q (get)", "T1 (join)", "pool (result)"
    std::int64_t time_ns;
    bool is_join = false;  // of one thread
  };
  std::vector<Blocked> blocked;  // adds up to blocked_ns; longest first
  struct Span {
    Activity activity;
    std::int64_t begin_ns, end_ns;
  };
  std::vector<Span> spans;  // each begins where the last one ends; empty unless they were kept
};

struct ProcessTimes {
  std::string name;  // at the end of the run
  std::int64_t begin_ns = 0, end_ns = 0;
  std::int64_t runs_ns = 0, gil_ns = 0, core_ns = 0;  // of all its threads
  std::optional<std::int64_t> exit_code;              // nothing: it has not ended
};

struct RunTimes {
  bool has_gil = true;
  bool shares_cores = false;  // threads may wait for a core: there is no GIL, or several of them
  std::int64_t total_ns = 0;
  std::vector<ThreadTimes> threads;  // those that were started, by ThreadId
  // Those that were started, in the order of their creation; empty unless there are children.
  std::vector<ProcessTimes> processes;
};

// Follows a run. Memory does not grow with its length unless the spans are kept.
class TimeKeeper : public RunObserver {
 public:
  enum class Spans : std::uint8_t { dropped, kept };
  // `all`: after each step all accounts are brought up to date, to the same effect.
  enum class Accounts : std::uint8_t { concerned, all };
  explicit TimeKeeper(Spans spans, Accounts accounts = Accounts::concerned)
      : keeps_spans_(spans == Spans::kept), keeps_all_(accounts == Accounts::all) {}

  void on_begin(const Machine&, const State& initial, const VirtualClock&) override;
  void on_event(const Machine&, const State&, const Event&) override {}
  void on_step(const Machine&, const State& before, std::uint64_t number, Choice, double) override;
  void on_step_end(const Machine&, const State& after, double now) override;
  bool watches_each_step() const override { return keeps_all_; }
  bool watches_each_thread() const override { return keeps_spans_ || keeps_all_; }

  // `state` is the last one of the run.
  RunTimes times(const Machine& machine, const State& state) const;

 private:
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  struct Cause {  // why a thread is blocked
    Operation operation = Operation::run_on;
    Value receiver = none_value;  // coded in its word, so that it outlives the run's other values
  };
  struct Standing {  // of a thread between two steps
    bool is_there = false;
    bool is_ready = true;  // else it does as `activity` says, until `until_ns`
    Activity activity = Activity::runs;
    std::int64_t until_ns = never;  // then it is ready
    bool is_let_go = false;         // blocked no more from until_ns on
    Cause cause;                    // if blocked
  };
  struct Blocked {
    Cause cause;
    std::int64_t time_ns;
  };
  // How long a crowd was open, and closed, up to a moment; and how it is since then.
  struct Crowd {
    std::int64_t open_ns = 0, closed_ns = 0;
    std::int64_t since_ns = 0;
    bool is_open = false;

    Crowd at(std::int64_t now_ns) const;
  };
  struct Account {
    Standing standing;
    std::optional<ObjectId> crowd;  // of which it is one, blocked while that is closed
    Crowd seen;                     // the crowd when the account was last brought up to date
    bool was_there = false;
    ThreadTimes sums;              // without `name` and `blocked`
    std::vector<Blocked> blocked;  // in the order of the first time
  };

  void note_standings(const Machine& machine, const State& state);
  void note_standing(const Machine& machine, const State& state, ThreadId thread);
  Standing standing(const Machine& machine, const State& state, ThreadId thread) const;
  void join(Account& account, ObjectId crowd, std::int64_t now_ns);
  void turn(Crowd& crowd, std::int64_t now_ns, bool is_open) const;
  // Up to `to_ns` the thread was as its standing says, but for the spans. `waits`: what else it did
  // when it was ready.
  void stand(Account& account, std::int64_t to_ns, std::span<const Cores::Span> spans,
             Activity waits) const;
  // What who is ready waits for, unless the clock says that it is a core.
  Activity waits() const;
  void add(Account& account, Activity activity, std::int64_t begin_ns, std::int64_t end_ns) const;

  bool keeps_spans_;
  bool keeps_all_;
  void note_processes(const Machine& machine, const State& state, RunTimes& times) const;

  bool has_gil_ = true;
  const VirtualClock* clock_ = nullptr;  // of the run that goes on
  std::vector<Account> accounts_;        // index = thread
  std::vector<Crowd> crowds_;            // index = object
  std::int64_t begin_ns_ = 0;            // of the last step
  std::int64_t last_ns_ = 0;             // its end
  std::int64_t total_ns_ = 0;            // the last of all ends
  ThreadId running_{0};                  // in the step that goes on
};

}  // namespace lockstep
