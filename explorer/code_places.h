// In what of its code a thread is: in which loops, of which calls, and in which operation that it
// has begun. For who asks whether it ever gets out of one of them.
//
// Tested by tests/explorer/code_places_test.cpp.
#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "engine/program/program.h"
#include "engine/state/local_table.h"

namespace lockstep {

// A loop statement, or an operation of which a first phase is over.
struct CodePlace {
  SiteId statement;
  bool is_operation = false;
};

class CodePlaces {
 public:
  explicit CodePlaces(const Program& program);

  // What a thread with this private state is in, innermost first: indices into all(), to which it
  // may add. The same place in another call is another. O(frames * loops) the first time.
  const std::vector<std::uint32_t>& of(const LocalTable& locals, LocalId id);
  const std::vector<CodePlace>& all() const { return places_; }

 private:
  using Calls = std::vector<std::uint32_t>;  // pcs, outermost first

  std::uint32_t number_of(const Calls& calls, std::uint32_t where, CodePlace place);

  const Program& program_;
  std::vector<std::vector<SiteId>> loops_;  // index = site: those that it is in, outermost first
  std::vector<CodePlace> places_;
  std::map<std::vector<std::uint32_t>, std::uint32_t> numbers_;
  std::map<LocalId, std::vector<std::uint32_t>> of_;
};

}  // namespace lockstep
