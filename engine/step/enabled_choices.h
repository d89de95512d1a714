// The enabled choices of a run, kept up to date from step to step: what enabled() computes anew
// for all threads, at the price of those whom a step concerns.
//
// A step concerns its own thread, those that stand before an operation on an object whose words
// it has changed (or on a Condition of such a lock), those that it speaks of, and those that wait
// for something that is no object. Of those who are parked in a queue of an object only whoever
// has come into it or gone from it is concerned, so that n threads that come to wait for one
// Event, and are let go, are n threads to look at and not n squared (operations/parked.h). Under
// LOCKSTEP_AUDIT each answer is compared with enabled().
//
// Tested by tests/engine/step/enabled_choices_test.cpp.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engine/operations/parked.h"
#include "engine/step/step.h"

namespace lockstep {

class EnabledChoices {
 public:
  explicit EnabledChoices(const Machine& machine);
  void begin(const State& initial);
  // Around every step, or several of one thread, in this order.
  void before_step(const State& before);
  void on_event(const Event& event);
  void after_step(const State& after, ThreadId stepped);

  // As enabled() has them.
  std::span<const Choice> choices() const { return {first_, count_}; }
  // Whoever the last step concerned, perhaps for nothing; ascending. At the beginning all.
  std::span<const ThreadId> concerned() const { return concerned_; }
  // How many threads were looked at so far: what all of it has cost.
  std::uint64_t looked_at() const { return looked_at_; }

 private:
  // What a resting thread stands before, as far as others can change whether it may go on.
  enum class Stand : std::uint8_t {
    free,    // nobody can
    object,  // `on` is an ObjectId
    thread,  // `on` is a ThreadId
    end,     // the ends of threads
    any,     // whoever does anything
  };
  struct Place {
    Stand stand = Stand::free;
    std::uint32_t on = 0;
    std::size_t at = 0;     // in the list of those who stand so
    std::size_t group = 0;  // of the object's
  };
  using List = std::vector<ThreadId>;
  // Who stands before an operation on an object and looks at the same of its words.
  struct Group {
    LooksAt looks_at;
    List threads;
  };

  List* list_of(const Place& place);
  void stand(const State& state, ThreadId thread);
  void concern(ThreadId thread);
  void concern_all(const List& threads);
  std::size_t group_of(std::uint32_t object, LooksAt looks_at);
  void concern_those_at(std::uint32_t object, std::uint32_t changed, const State& after);
  void concern_moved(Word before, Word after);
  void look_again(const State& state, ThreadId stepped);

  const Machine& machine_;
  std::vector<Choice> choices_;  // of all threads
  const Choice* first_ = nullptr;
  std::size_t count_ = 0;
  std::vector<Place> places_;                  // index = thread
  std::vector<std::vector<Group>> at_object_;  // index = object
  std::vector<List> at_thread_;
  List at_end_, at_any_;
  std::vector<std::vector<ObjectId>> conditions_;  // index = lock
  std::vector<ThreadId> concerned_;
  std::vector<bool> is_concerned_;
  std::vector<Word> before_;  // the shared part of the state
  bool ended_ = false;        // a thread, in this step, or the process
  std::uint64_t looked_at_ = 0;
  std::vector<Choice> fresh_;  // for its memory
};

}  // namespace lockstep
