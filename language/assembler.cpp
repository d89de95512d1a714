#include "language/assembler.h"

#include <algorithm>
#include <bit>

#include "engine/assert.h"

namespace lockstep {
namespace {

// Equal for equal constants only: 1, 1.0 and True are three, and so are 0.0 and -0.0.
void append_key(std::string& key, const Constant& constant) {
  const auto append = [&key](std::uint64_t word) {
    for (int i = 0; i < 8; ++i) key += static_cast<char>(word >> (8 * i));
  };
  key += static_cast<char>(constant.kind);
  append(constant.inline_value.bits);
  append(static_cast<std::uint64_t>(constant.integer));
  append(std::bit_cast<std::uint64_t>(constant.real));
  append(constant.text.size());
  key += constant.text;
  append(constant.items.size());
  for (const Constant& item : constant.items) append_key(key, item);
}

}  // namespace

std::uint32_t ConstantPool::index(const Constant& constant) {
  std::string key;
  append_key(key, constant);
  const auto [found, is_new] =
      known_.try_emplace(std::move(key), static_cast<std::uint32_t>(constants_.size()));
  if (is_new) constants_.push_back(constant);
  return found->second;
}

void Assembler::emit(Opcode opcode, std::uint32_t a, std::uint32_t b, Target target) {
  const Instruction instruction{opcode, a, b, site_};
  const StackUse use = stack_use(instruction, false);
  LOCKSTEP_ASSERT(depth_ >= use.takes, "an instruction finds on the stack what it takes");
  depth_ = depth_ - use.takes + use.leaves;
  depth_max_ = std::max(depth_max_, depth_);
  program_.code.push_back(instruction);
  program_.targets.push_back(target);
}

void Assembler::perform(Operation operation, std::uint32_t arguments) {
  emit(Opcode::perform, static_cast<std::uint32_t>(operation), arguments);
}

void Assembler::operate(Verb verb, const Target& target) {
  emit(Opcode::operate, static_cast<std::uint32_t>(verb), row(verb).arguments, target);
}

void Assembler::jump(Opcode opcode, Label to) {
  Place& place = places_[to.index];
  const StackUse use = stack_use({opcode, 0, 0, site_}, true);
  const std::uint32_t there = depth_ - use.takes + use.leaves;
  LOCKSTEP_ASSERT(!place.depth || *place.depth == there, "all paths to a place are equally deep");
  place.depth = there;
  place.jumps.push_back(address());
  emit(opcode, 0);
}

Assembler::Label Assembler::label() {
  places_.emplace_back();
  return {static_cast<std::uint32_t>(places_.size() - 1)};
}

void Assembler::place(Label label) {
  Place& place = places_[label.index];
  place.address = address();
  if (place.depth) {
    depth_ = *place.depth;
  } else {
    place.depth = depth_;
  }
}

Assembler::Label Assembler::here() {
  const Label here = label();
  place(here);
  return here;
}

void Assembler::suspend(Range& range) const {
  if (range.begin && *range.begin < address()) range.parts.emplace_back(*range.begin, address());
  range.begin.reset();
}

void Assembler::close_range(Range& range, Label handler) {
  suspend(range);
  for (const auto& [begin, end] : range.parts) rows_.push_back({begin, end, range.depth, handler});
}

void Assembler::place_handler(Label label, const Range& range) {
  depth_ = range.depth + 1;
  depth_max_ = std::max(depth_max_, depth_);
  place(label);
}

Function Assembler::finish(std::string name, std::uint32_t parameters,
                           std::vector<std::string> locals) {
  for (const Place& place : places_) {
    for (const std::uint32_t jump : place.jumps) {
      LOCKSTEP_ASSERT(place.address.has_value(), "a label that is used has been placed");
      program_.code[jump].a = *place.address;
    }
  }
  Function function;
  function.name = std::move(name);
  function.parameters = parameters;
  function.locals = std::move(locals);
  function.begin = begin_;
  function.end = address();
  function.stack_max = depth_max_;
  for (const Row& row : rows_) {
    function.handlers.push_back(
        {row.begin, row.end, *places_[row.handler.index].address, row.depth});
  }
  return function;
}

}  // namespace lockstep
