// The terminal states of an exploration as a user sees them: several may show the same.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "explorer/explore.h"
#include "explorer/local_facts.h"
#include "explorer/row_table.h"
#include "explorer/symmetry.h"

namespace lockstep {

class CheckpointReader;
class CheckpointWriter;

class Outcomes {
 public:
  Outcomes(const Machine& machine, LocalFactsTable& facts) : machine_(machine), facts_(facts) {}

  // `stuck`: the threads stuck in it, ascending. `states`: so many that look the same.
  void add(const State& terminal, std::span<const std::uint32_t> stuck, std::uint64_t states);
  // All states of its orbit. False: they look different in more ways than are worth telling apart
  // afterwards, and nothing was added.
  bool add_orbit(const State& terminal, std::span<const std::uint32_t> stuck, Symmetry& symmetry);
  // Ordered by status, variables, exceptions, stuck.
  std::vector<ExploredOutcome> list() const;
  // A state that looks like it, null if none does.
  const State* state_of(const ExploredOutcome& outcome) const;
  bool looks_like(const State& finished, const ExploredOutcome& outcome) const;
  std::size_t memory_bytes() const;

  void write(CheckpointWriter& to) const;
  void read(CheckpointReader& from);  // of what is empty until then

 private:
  struct Distinct {
    State state;  // one that shows it
    std::vector<std::uint32_t> stuck;
    std::uint64_t states = 0;
  };
  // What is said of a thread but its name.
  struct Shown {
    Value exception;
    bool is_stuck;
    friend auto operator<=>(const Shown&, const Shown&) = default;
  };
  Shown shown(const State& terminal, std::span<const std::uint32_t> stuck, std::uint32_t thread);
  ExploredOutcome describe(const Distinct& distinct) const;

  const Machine& machine_;
  LocalFactsTable& facts_;
  RowTable rows_;                   // what an outcome is made of
  std::vector<Distinct> distinct_;  // index = row
  std::size_t state_bytes_ = 0;     // of the states and threads in distinct_
  std::vector<Word> row_;
  State image_;
  std::vector<std::uint32_t> image_stuck_;
};

}  // namespace lockstep
