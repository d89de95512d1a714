#include "explorer/sleep_sets.h"

#include <algorithm>

#include "engine/assert.h"
#include "explorer/footprint.h"

namespace lockstep {

// What is counted up in a loop over items, or deeper in a recursion, never was there before: the
// number of the item, or of the frames.
bool never_comes_again(const Program& program) {
  const bool only_known = std::ranges::all_of(
      program.objects, [](const ObjectInfo& object) { return is_self_contained(object.kind); });
  return only_known && !program.has_processes &&
         std::ranges::all_of(program.code, [&](const Instruction& instruction) {
           return instruction.opcode != Opcode::loop_back ||
                  program.code[instruction.a].opcode == Opcode::next_item;
         });
}

bool SleepSets::are_for(const Program& program, const State& state) {
  for (std::uint32_t i = 0; i < thread_count(program, state); ++i) {
    if (is_daemon(program, state, {i})) return false;
  }
  return state.words[layout::exit_callbacks] == 0;
}

std::size_t SleepSets::slot_of(std::uint32_t state) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = (state * 0x9e3779b97f4a7c15ULL >> 32) & mask;
  while (slots_[slot].state != 0 && slots_[slot].state != state + 1) slot = (slot + 1) & mask;
  return slot;
}

ThreadMask SleepSets::of(std::uint32_t state) const {
  const Slot& slot = slots_[slot_of(state)];
  return ThreadMask{slot.high} << 32 | slot.low;
}

void SleepSets::note(std::uint32_t state, ThreadMask asleep) {
  if (asleep == 0) return;
  Slot& slot = slots_[slot_of(state)];
  LOCKSTEP_ASSERT(slot.state == 0, "who sleeps in a state is noted once");
  slot = {state + 1, static_cast<std::uint32_t>(asleep), static_cast<std::uint32_t>(asleep >> 32)};
  if (++used_ * 4 > slots_.size() * 3) grow();
}

void SleepSets::keep(std::uint32_t state, ThreadMask asleep) {
  Slot& slot = slots_[slot_of(state)];
  slot.low &= static_cast<std::uint32_t>(asleep);
  slot.high &= static_cast<std::uint32_t>(asleep >> 32);
}

void SleepSets::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.state != 0) slots_[slot_of(slot.state - 1)] = slot;
  }
}

}  // namespace lockstep
