// The complaints of the compiler, which knows where in the file a statement's parts stand.
#pragma once
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "language/complaint.h"
#include "language/line_map.h"
#include "language/scenario.h"

namespace lockstep {

// The same complaint twice is one: some code is written twice.
class Complaints {
 public:
  explicit Complaints(const Scenario& scenario)  // which outlives it
      : scenario_(scenario), lines_(scenario.text) {}

  void at(Place place, std::string message);
  // At the value that `pointer` names below `place`, or at `place` if there is none.
  void at(const Place& place, std::string_view below, std::string message);
  // `offset` bytes behind the beginning of the operand's source; at the operand's beginning if
  // the file writes it with escapes or it is no string.
  void inside(const Operand& operand, std::size_t offset, std::string message);

  bool is_full() const { return complaints_.size() >= complaints_max; }
  bool empty() const { return complaints_.empty(); }
  std::vector<Complaint> take() { return std::move(complaints_); }

 private:
  const JsonNode* node(std::string_view pointer) const;

  const Scenario& scenario_;
  LineMap lines_;
  std::vector<Complaint> complaints_;
  std::set<std::tuple<std::uint32_t, std::uint32_t, std::string>> known_;
};

}  // namespace lockstep
