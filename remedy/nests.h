// Which lock is taken while which is held, as far as the text says; and what stands in between.
//
// Held is what may be held: after an `if` what either branch holds. Locks that are reached
// through variables are not seen. A remedy that rests on this is verified all the same.
// Tested by tests/remedy/nests_test.cpp.
#pragma once
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "remedy/bodies.h"
#include "remedy/lock_names.h"

namespace lockstep {

// A statement of a block, on the way from a body to one inside it.
struct PathStep {
  const Block* block;
  std::size_t index;
  bool straight;  // the block is entered whenever its statement is, once: do of with, try of try
};

// A place at which a lock is taken.
struct Taking {
  LockName lock;
  const Statement* statement;  // acquire, with; or the wait or call that takes it
  std::size_t position = 0;    // with: in the list of locks
  std::vector<PathStep> path;  // from the body to the statement

  enum class How : std::uint8_t {
    plain,  // acquire without further fields
    with,
    tried,  // acquire with blocking, timeout or into
    wait,   // a condition's lock, taken again when a wait ends
    call,   // somewhere in the function that is called
  } how;
};

struct Nest {
  std::size_t body;  // index
  Taking held, taken;
};

class Nests {
 public:
  // All of these outlive this.
  Nests(const std::vector<Body>& bodies, const LockNames& names);

  // By body, then by where the second lock is taken, then in the order in which those that are
  // held were taken. Neither a lock that is certainly held already nor a try counts as taken.
  const std::vector<Nest>& all() const { return nests_; }
  // The locks that a function, and what it calls, takes; and those that it takes or releases.
  const std::set<std::size_t>& taken_in(const std::string& function) const;
  const std::set<std::size_t>& touched_in(const std::string& function) const;

 private:
  friend class NestWalk;
  struct Summary {
    std::set<std::size_t> taken, touched;
    std::set<std::string> calls;
  };
  std::vector<Nest> nests_;
  std::map<std::string, Summary> summaries_;  // by function
};

// Whether whoever takes the first lock comes, if nothing is raised, to where the second is taken,
// once and with no jump: both are in one list, or the second in a `with` or `try` below it.
bool is_straight(const Nest& nest);
// What is executed in between. Requires: is_straight.
std::vector<const Statement*> between(const Nest& nest);

}  // namespace lockstep
