// What a state leads to, read off its two halves.
//
// The words of a state lie in two halves (tree_table.h), each of which occurs in thousands of
// states. A step that looks at words of one half and changes no others makes of that half the same
// other half, whatever the rest of the state is; and a thread that waits for an object of its own
// half waits whatever the rest is. So that is remembered beside the half: of most steps neither the
// words of the state are read nor those of the next one made, but one number exchanged for another.
// Steps that need both halves are remembered as they are (known_steps.h), and those that are not
// known are left to the caller.
//
// The dependency of a step on few words, as in Blom, van de Pol, Weber, "LTSmin: Distributed and
// symbolic reachability", CAV 2010, there of processes, here of what the table has halved anyway.
//
// Under LOCKSTEP_AUDIT the Expander takes every step all the same, and compares. Tested by
// tests/explorer/half_steps_test.cpp.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/step/step.h"
#include "explorer/examine.h"
#include "explorer/known_steps.h"
#include "explorer/tree_table.h"

namespace lockstep {

class HalfSteps {
 public:
  // All must outlive it.
  HalfSteps(const Machine& machine, TreeTable& states, Examiner& examiner, KnownSteps& steps);

  // Not for programs with processes or feeders: there a step is not known (known_steps.h), and who
  // waits for what at the end is more than is asked here.
  static bool are_for(const Program& program);

  // The state from now on. False: it is not one of which halves say enough.
  bool look_at(std::uint32_t id);

  // What enabled() says of it.
  const std::vector<Choice>& choices() const { return choices_; }
  // That something can happen, and Examiner::examine() will say 0; if false it has to be asked.
  bool shows_nothing() const { return shows_nothing_; }
  const State& state();
  // The same, after which its row is the one that the table has read last.
  const State& read();

  // Whether the step of the choice with this index is one that KnownSteps knew before, and where it
  // leads is known here.
  bool is_known(std::size_t choice) const { return moves_[choice].is_known; }
  // Requires: is_known(choice).
  Pair next(std::size_t choice) const {
    const Move& move = moves_[choice];
    return move.half == 0 ? Pair{move.its->next, root_.second} : Pair{root_.first, move.its->next};
  }
  // Where the choice leads whose step makes these changes, as KnownSteps says; is_known() from now
  // on if it is of one half. Nothing if the table would have to grow, and must not.
  std::optional<Pair> next(std::size_t choice, const KnownChanges& known);

  std::size_t memory_bytes() const;

 private:
  static constexpr std::uint32_t none = 0xffffffffU;
  // How rows of one length are halved.
  struct Shape {
    std::uint32_t words = 0;
    bool is_usable = false;             // no thread is in both
    std::vector<std::uint8_t> half_of;  // index = word
    struct Range {
      std::uint32_t begin, end;  // of words
    };
    std::array<std::vector<Range>, 2> ranges;
    std::array<std::uint32_t, 3> threads{};  // each half has those from its own to the next
  };
  enum class Does : std::uint8_t {
    nothing,         // it takes no part
    moves,           // whatever the other half is, to `next`
    waits,           // whatever the other half is
    waits_for_exit,  // MainThread, until no thread is awaited
    depends,         // on both, or that is not known
  };
  // Of a thread.
  struct Its {
    Does does = Does::nothing;
    bool may_end = false;       // moves: but if it is the last that is alive
    std::uint32_t next = 0;     // moves: what it makes of the half
    std::uint32_t waiting = 0;  // index in waitings_
  };
  // Of a private state.
  struct Waiting {
    std::uint64_t waits_for = 0;  // the bit of its wait, if everybody who may end that can; or 0
    std::uint64_t lets_go = 0;    // bits of waits that it may end
    bool for_ends = false;        // it waits for those of other threads
    bool is_known = false;
  };
  // What a half becomes with changes.
  struct Changed {
    std::uint32_t changes = none, next = 0;
  };
  struct Half {
    std::uint32_t number = none;  // none: empty
    const Shape* shape = nullptr;
    bool is_plain = false, has_exception = false;
    std::uint32_t alive = 0, awaited = 0;  // of its threads
    std::vector<Its> its;
    std::vector<Word> words;         // as Shape::ranges
    std::array<Changed, 8> changed;  // at places that their numbers say
  };
  struct Move {
    Its* its;
    std::uint8_t half;
    bool is_known;
  };
  using Halves = std::vector<Half>;

  const Shape& shape_of(std::uint32_t words);
  Half& half(unsigned which, std::uint32_t number);
  static std::size_t bytes_beside(const Half& half);
  void fill(Half& half, unsigned which);
  void fill(Half& half, Its& its, ThreadId thread);
  void look_at(Half& half, unsigned which, bool is_alone, bool none_awaited);
  void look_whole(Its& its, unsigned which, ThreadId thread);
  std::uint32_t waiting(LocalId local);
  bool waits_in(unsigned which, ThreadId thread);
  bool is_in(unsigned which, std::span<const std::uint32_t> words) const;
  std::optional<std::uint32_t> changed(unsigned which, const KnownChanges& known);
  void settle(Move& move, ThreadId thread, Pair next);
  bool all_may_go_on();

  const Machine& machine_;
  TreeTable& states_;
  Examiner& examiner_;
  KnownSteps& steps_;
  std::vector<std::unique_ptr<Shape>> shapes_;
  std::array<Halves, 2> halves_;  // at places that their numbers say
  std::array<std::size_t, 2> missed_{};
  std::size_t halves_bytes_ = 0;
  std::vector<Waiting> waitings_;  // index = LocalId + 1; of who has ended: 0

  // Of the state at hand.
  std::uint32_t id_ = 0;
  Pair root_;
  const Shape* shape_ = nullptr;
  std::array<Half*, 2> at_{};
  bool has_state_ = false, is_read_ = false;
  State state_;
  std::vector<Choice> choices_;
  std::vector<Move> moves_;    // index = choice
  std::vector<Waiting> wait_;  // those who do
  std::uint64_t lets_go_ = 0;  // what those may who do not
  bool shows_nothing_ = false;
  std::vector<std::uint32_t> words_;
};

}  // namespace lockstep
