// The enabled choices of a run, kept up to date from step to step: what enabled() computes anew
// for all threads, at the price of those whom a step concerns.
//
// A step concerns its own thread, those that stand before an operation on an object whose words
// it has changed (or on a Condition of such a lock), those that it speaks of, and those that wait
// for something that is no object. Of those who are parked in a queue of an object only whoever
// has come into it or gone from it is concerned, so that n threads that come to wait for one
// Event, and are let go, are n threads to look at and not n squared (operations/parked.h).
//
// Those who wait for one Lock, and cannot do anything else, are a crowd: all of them can go on once
// it is free, and none while it is taken. A step that lets it go or takes it opens or closes the
// crowd, and looks at none of them, so that n threads that take one Lock in turn are n threads to
// look at, too. The list of all choices is then made only for who asks for it.
//
// Under LOCKSTEP_AUDIT each answer is compared with enabled().
//
// Tested by tests/engine/step/enabled_choices_test.cpp.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/operations/parked.h"
#include "engine/step/step.h"

namespace lockstep {

class EnabledChoices {
 public:
  // Without crowds each thread is concerned by itself, to the same effect. With: requires
  // may_have_crowds().
  enum class Crowds : std::uint8_t { none, kept };
  explicit EnabledChoices(const Machine& machine, Crowds crowds = Crowds::none);
  // No processes, whose memory is in other words, and no atomic sections, that keep a crowd from
  // what it could do.
  static bool may_have_crowds(const Program& program);
  void begin(const State& initial);
  // Around every step, or several of one thread, in this order.
  void before_step(const State& before);
  void on_event(const Event& event);
  void after_step(const State& after, ThreadId stepped);

  // As enabled() has them. Valid until the next step. O(choices) where a crowd is open.
  std::span<const Choice> choices() const;
  bool empty() const;
  bool has(Choice choice) const;  // O(log choices)
  // The first one of a thread, if it has any. O(log choices).
  std::optional<Choice> first_of(ThreadId thread) const;
  // They are those of one thread, inside an atomic section that has begun.
  bool are_atomic() const { return are_atomic_; }
  // Whoever the last step concerned, perhaps for nothing; ascending. At the beginning all. Not who
  // is only one of a crowd that it has opened or closed.
  std::span<const ThreadId> concerned() const { return concerned_; }

  // A crowd is called by the object that it waits for.
  struct Turned {
    ObjectId crowd;
    bool is_open;
  };
  // What the last step has opened and closed, in the order of the objects.
  std::span<const Turned> turned() const { return turned_; }
  // The crowd of which a thread is one. Who is concerned may have come or gone since the last step.
  std::optional<ObjectId> crowd_of(ThreadId thread) const;
  // Whether a thread's change of an object's words would concern others, who look at them.
  bool concerns_others(ThreadId thread, ObjectId object, std::span<const Word> before,
                       const State& after) const;
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
    bool in_crowd = false;  // it is in the object's crowd, not in the list
  };
  using List = std::vector<ThreadId>;
  // Who stands before an operation on an object and looks at the same of its words.
  struct Group {
    LooksAt looks_at;
    List threads;
  };

  struct Crowd {
    List threads;          // ascending; each has come when it had to wait
    bool is_open = false;  // never without threads
  };

  List* list_of(const Place& place);
  // Where the thread stands now. `waits`: it has no choice. Returns whether its choices are those
  // of a crowd.
  bool stand(const State& state, ThreadId thread, bool waits, bool stepped);
  void leave(ThreadId thread);
  void turn(std::uint32_t object, bool is_open);
  void close(std::uint32_t object);
  void concern(ThreadId thread);
  void concern_all(const List& threads);
  std::size_t group_of(std::uint32_t object, LooksAt looks_at);
  void concern_those_at(std::uint32_t object, std::uint32_t changed, const State& after);
  void concern_moved(Word before, Word after);
  void look_again(const State& state, ThreadId stepped);

  const Machine& machine_;
  bool keeps_crowds_;
  std::vector<Choice> choices_;  // of all threads that are in no crowd
  const Choice* first_ = nullptr;
  std::size_t count_ = 0;
  bool are_atomic_ = false;
  std::vector<Crowd> crowds_;        // index = object
  std::vector<std::uint32_t> open_;  // objects whose crowds are, ascending
  std::vector<Turned> turned_;
  mutable std::vector<Choice> all_;            // with those of the open crowds,
  mutable bool has_all_ = false;               // if that was asked for
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
