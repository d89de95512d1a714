#include "prediction/must_order.h"

#include <vector>

namespace lockstep {

std::optional<MustOrder> must_order(const LockTrace& trace,
                                    std::span<const std::uint32_t> dependencies) {
  std::vector<std::size_t> at(dependencies.size());
  const auto request = [&](std::size_t i) -> const Request& {
    return trace.requests[dependencies[i]][at[i]];
  };
  const auto is_before = [&](std::size_t i, std::size_t j) {
    const std::span<const std::uint32_t> clock = trace.clocks[request(j).must_before];
    const std::uint32_t thread = trace.dependencies[dependencies[i]].thread.index;
    return thread < clock.size() && clock[thread] >= request(i).step;
  };
  // A request that comes before one of another dependency comes before all later ones of that, too.
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t i = 0; i < dependencies.size(); ++i) {
      for (std::size_t j = 0; j < dependencies.size(); ++j) {
        while (i != j && is_before(i, j)) {
          moved = true;
          if (++at[i] == trace.requests[dependencies[i]].size()) return MustOrder{i, j};
        }
      }
    }
  }
  return std::nullopt;
}

}  // namespace lockstep
