// The easiest ways to where interleavings go on for ever, as explorer/shortest finds them to what a
// single state shows.
//
// What EndlessParts tells is a matter of all states, so a state that a reduction has left out says
// nothing of it. Hence all interleavings are searched again, without any reduction and within a
// limit; what cannot be found so has the way on which the search before came to it.
//
// Tested by tests/explorer/endless_test.cpp against trying out all interleavings.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "explorer/endless.h"
#include "explorer/shortest.h"

namespace lockstep {

struct EndlessWay {
  Way way;
  EndlessPart part;  // the one to which it leads
};

struct EndlessQuestion {
  const Machine& machine;
  const FutureAccesses& future;
  Examiner& examiner;
  unsigned workers;
  std::size_t target_count;
  // Of a part, and the state of it that was found first: the target that it shows, if any.
  std::function<std::optional<std::uint32_t>(const EndlessPart&, const State&)> target_of;
  std::uint64_t states_max, nodes_max;                    // given up beyond
  std::function<bool(std::uint64_t memory_bytes)> go_on;  // asked at every state
};
// Index = target: the fewest preemptions, then steps, to a state of such a part; nothing: not
// found.
std::vector<std::optional<EndlessWay>> endless_ways(const EndlessQuestion& question);

}  // namespace lockstep
