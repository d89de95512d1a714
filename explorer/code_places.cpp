#include "explorer/code_places.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace lockstep {
namespace {

bool is_part_of(std::string_view statement, std::string_view loop) {
  return statement.starts_with(loop) &&
         (statement.size() == loop.size() || statement[loop.size()] == '/');
}

}  // namespace

CodePlaces::CodePlaces(const Program& program) : program_(program), loops_(program.sites.size()) {
  // A `continue` jumps back, too: it is a loop in which nobody can rest and go round.
  std::set<SiteId> jump_back;
  for (const Instruction& instruction : program.code) {
    if (instruction.opcode == Opcode::loop_back) jump_back.insert(instruction.site);
  }
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    for (const SiteId loop : jump_back) {
      const std::string& around = program.sites[loop.index].pointer;
      if (is_part_of(program.sites[i].pointer, around)) loops_[i].push_back(loop);
    }
    std::ranges::sort(loops_[i], {}, [&](SiteId loop) {
      return std::pair(program.sites[loop.index].pointer.size(), loop);
    });
  }
}

std::uint32_t CodePlaces::number_of(const Calls& calls, std::uint32_t where, CodePlace place) {
  std::vector<std::uint32_t> key = calls;
  key.push_back(where);
  key.push_back(place.is_operation ? 1 : 0);
  const auto [found, added] =
      numbers_.try_emplace(std::move(key), static_cast<std::uint32_t>(places_.size()));
  if (added) places_.push_back(place);
  return found->second;
}

const std::vector<std::uint32_t>& CodePlaces::of(const LocalTable& locals, LocalId id) {
  const auto [found, added] = of_.try_emplace(id);
  std::vector<std::uint32_t>& result = found->second;
  if (!added) return result;
  const LocalState state = locals.get(id);
  Calls calls;
  for (const Frame& frame : state.frames) {
    for (const SiteId loop : loops_[program_.code[frame.pc].site.index]) {
      result.push_back(number_of(calls, loop.index, {loop, false}));
    }
    calls.push_back(frame.pc);
  }
  if (state.continues) {
    result.push_back(number_of(calls, calls.back(), {program_.code[calls.back()].site, true}));
  }
  std::ranges::reverse(result);
  return result;
}

}  // namespace lockstep
