// A search that can be ended at any moment and gone on with later: where it stands, in a file.
//
// Everything that a search does is decided by what it has seen, so a checkpoint is that, and the
// search that goes on from it finds what one finds that was never ended: the same states under the
// same numbers, findings, counterexamples and outcomes. Limits and the number of workers may be
// others. A file says which search it is of; those who made it and those who read it must be the
// same lockstep, since the numbers in it mean something only to its own code.
//
// It is proof against accidents (checkpoint_file.h), not against somebody who writes a false one
// with the right checksum: that one is believed as far as it can be read.
//
// Tested by tests/explorer/checkpoint_test.cpp.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "engine/state/machine.h"
#include "explorer/checkpoint_file.h"
#include "explorer/explore.h"

namespace lockstep {

class Checkpoints {
 public:
  // `options` must outlive it, and has a checkpoint.
  explicit Checkpoints(const ExploreOptions& options);

  // What is in the file, past what says whose it is. Nothing: there is no file, or it cannot be
  // gone on from, and then `why` says what is wrong with it.
  std::optional<CheckpointReader> open(std::string& why) const;

  // Whether the time has come to write another. Looks at a clock.
  bool is_due() const;
  void save(const std::function<void(CheckpointWriter&)>& write);

  // Of the last save().
  const std::string& failed() const { return failed_; }  // why it could not; empty: it could
  bool has_written() const { return written_; }          // any

 private:
  double now() const;

  const ExploreOptions& options_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double last_ = 0;  // seconds after begin_ at which the last one was written
  double cost_ = 0;  // seconds that it took
  bool written_ = false;
  std::string failed_;
};

// All that the machine has learnt since it was made.
void write(CheckpointWriter& to, const Machine& machine);
// Into one that has learnt nothing yet.
void read(CheckpointReader& from, const Machine& machine);

}  // namespace lockstep
