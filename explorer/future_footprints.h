// Everything that a thread may still touch from where it stands, sharpened by the values that it
// has: a philosopher whose parameter is 3 touches the forks 3 and 4.
//
// An abstract interpretation of the thread's code (Cousot, Cousot, POPL 1977) over the lattice of
// constants: at each instruction a local or an operand has one value or an unknown one. The paths
// begin at the private state at hand, with its values, and go on into what is called and into the
// bodies of threads that are created. What a started thread does is its own future.
//
// Tested by tests/explorer/reduction_test.cpp.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/state/machine.h"
#include "explorer/footprint.h"

namespace lockstep {

struct Future {
  Footprint footprint;
  // For each bit of it the locks that are taken on every way there, by an acquire that waits for
  // as long as it takes: bits of FutureFootprints::lock_of. Bits without such a lock are left out.
  struct Behind {
    std::uint32_t bit;
    std::uint64_t locks;
  };
  std::vector<Behind> behind;  // ascending by bit

  std::uint64_t locks_before(std::uint32_t bit) const;
};

class FutureFootprints {
 public:
  FutureFootprints(const Machine& machine, const Resources& resources);
  ~FutureFootprints();

  // Of a thread that is alive, or created, in this private state. Stays where it is.
  const Future& of(LocalId local);
  // While it is frozen any number of threads may ask. What nobody has asked before throws
  // TableIsFrozen.
  void freeze(bool frozen) { frozen_ = frozen; }

  // The locks that Future::Behind tells apart: the first 64 of the program.
  std::uint64_t bit_of(ObjectId lock) const;
  const std::vector<ObjectId>& locks() const { return locks_; }
  std::size_t memory_bytes() const;

 private:
  class Analysis;
  struct Summary;

  const Machine& machine_;
  const Resources& resources_;
  std::vector<ObjectId> locks_;
  std::vector<std::uint32_t> lock_number_;  // index = object
  std::vector<bool> stored_;                // index = global: some instruction stores it
  std::map<std::pair<std::uint32_t, std::vector<std::uint32_t>>, std::unique_ptr<Summary>>
      summaries_;                  // function, arguments
  std::deque<Future> futures_;     // each once
  std::vector<std::uint32_t> of_;  // index = local; index in futures_ + 1, 0: not known yet
  std::map<std::vector<std::uint64_t>, std::uint32_t> known_;  // content -> index in futures_
  std::size_t bytes_ = 0;
  bool frozen_ = false;
};

}  // namespace lockstep
