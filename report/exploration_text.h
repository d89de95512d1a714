// What an exploration found, for people: the verdict, each finding, how the program can end.
#pragma once
#include <cstddef>
#include <functional>
#include <string>

#include "engine/program/program.h"
#include "explorer/explore.h"
#include "report/paint.h"
#include "report/replay_line.h"

namespace lockstep {

struct ExplorationContext {
  const Program& program;
  Subject subject;
  std::size_t width = 100;
  Paint paint;
  // Draws the interleaving of a finding in columns.
  std::function<std::string(const Finding&)> interleaving;
};
std::string exploration_text(const Exploration& exploration, const ExplorationContext& context);

// "deadlock: 2 findings; explored completely, 5,431 states, 10,203 transitions, 12 ms".
std::string exploration_line(const Exploration& exploration);

}  // namespace lockstep
