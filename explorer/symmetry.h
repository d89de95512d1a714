// Threads that can change places without anybody noticing: the same code with the same values,
// told apart by nothing but their numbers and names, which nobody asks for.
//
// States that differ in who of them is where are one state to a search (Ip, Dill, "Better
// verification through symmetry", 1996). For each such orbit it keeps the state in which the
// threads of a class stand in ascending order of their private states. With stubborn sets:
// Emerson, Jha, Peled, "Combining partial order and symmetry reductions", TACAS 1997.
//
// Names stay where they are, at the numbers: so what a state in a table says of the threads of a
// class is true of them in some order. Findings say what happens and not to whom, and a
// counterexample is found from the real initial state; outcomes are told for every order.
//
// Tested by tests/explorer/symmetry_test.cpp against explorations without it.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "engine/step/step.h"
#include "explorer/thread_mask.h"

namespace lockstep {

class Symmetry {
 public:
  explicit Symmetry(const Machine& machine);

  using Classes = std::vector<std::vector<std::uint32_t>>;  // threads, ascending; two at least each

  // The classes of threads whose exchange leaves this state, and the program, as they are. Empty
  // if the program can tell threads apart: it asks for the current thread, or has objects that
  // this module knows nothing of. Empty also if there are no more than so many pairs() in them.
  // O(threads and values of the state).
  Classes classes_in(const State& state, std::uint64_t more_than) const;
  // How much there is to gain: pairs of threads that can change places.
  static std::uint64_t pairs(const Classes& classes);

  // From now on these. Requires: classes_in() a state from which all others come that are asked
  // about.
  void set_classes(Classes classes);
  const Classes& classes() const { return classes_; }
  // The threads that can change places with this one, itself among them.
  std::vector<std::uint32_t> class_of(std::uint32_t thread) const;

  // The next thread of its class below this one, if it is like it in the state, so that their steps
  // lead to the same orbit. O(1) where they are not in the same place, else as canonicalise().
  std::optional<std::uint32_t> alike_before(const State& state, std::uint32_t thread);

  // The state of its orbit that stands for all. O(threads log threads), and the words that name
  // threads. `marked`: threads of the state; the answer is what they are in the other. Of threads
  // that are alike those that are marked come first.
  ThreadMask canonicalise(State& state, ThreadMask marked = 0);
  // How many states the orbit has; the largest number there is if they are more.
  std::uint64_t orbit_size(const State& state);
  // Puts in the place of each thread what the thread `from[thread]` is. Requires: a permutation
  // that moves no thread out of its class.
  void permute(State& state, std::span<const std::uint32_t> from);

 private:
  // A word of an object that says which threads it has to do with.
  struct Naming {
    enum class As : std::uint8_t {
      owner,  // number + 1; 0: nobody
      queue,  // a tuple of handles, in an order that matters
      set,    // a tuple of handles, ascending
    } as;
    std::uint32_t word;
  };
  struct Member {
    Word local, status;
    std::uint32_t thread;
    bool marked;
  };

  bool tells_threads_apart() const;
  bool add_words_of_objects();
  void find_mentioned(Value value, std::vector<bool>& mentioned) const;
  std::vector<bool> mentioned_in(const State& state) const;
  void find_namings(const State& state);
  bool is_like(const Member& one, const Member& other) const;
  // Fills members_ with the class in the order that canonicalise() gives it.
  void sort(const State& state, const std::vector<std::uint32_t>& threads, ThreadMask marked);

  const Machine& machine_;
  bool works_ = true;                        // the program does not tell threads apart
  std::vector<Naming> namings_;              // in the order of the words
  std::vector<std::uint32_t> other_values_;  // words of objects that hold Values of the program
  Classes classes_;
  std::vector<std::uint32_t> before_;  // index = thread; the next of its class below it, or 0

  // Of the state at hand.
  std::vector<Member> members_;
  std::vector<std::vector<std::uint64_t>> named_by_;  // index = thread; where, ascending
  std::vector<std::uint32_t> from_;
  std::vector<Word> rows_;
  std::vector<Value> handles_;
};

}  // namespace lockstep
