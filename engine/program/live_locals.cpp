#include "engine/program/live_locals.h"

#include <map>

namespace lockstep {
namespace {

using Bits = std::vector<bool>;  // index = local

void unite(Bits& bits, const Bits& more) {
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (more[i]) bits[i] = true;
  }
}

class FunctionLiveness {
 public:
  FunctionLiveness(const Program& program, const Function& function)
      : program_(program),
        function_(function),
        handlers_(handlers_of(function)),
        live_(function.end - function.begin, Bits(function.locals.size())) {
    // Backwards, since what is live flows that way; loops want another round.
    bool changes = true;
    while (changes) {
      changes = false;
      for (std::uint32_t pc = function.end; pc-- > function.begin;) {
        Bits now = live_before(pc);
        if (now == live_[pc - function.begin]) continue;
        live_[pc - function.begin] = std::move(now);
        changes = true;
      }
    }
  }

  const Bits& live(std::uint32_t pc) const { return live_[pc - function_.begin]; }

 private:
  Bits live_before(std::uint32_t pc) const {
    const Instruction& instruction = program_.code[pc];
    const Flow ways = flow(instruction.opcode);
    Bits live(function_.locals.size());
    if (ways.next) unite(live, this->live(pc + 1));
    if (ways.jump) unite(live, this->live(instruction.a));
    switch (instruction.opcode) {
      case Opcode::store_local:
      case Opcode::clear_local:
        live[instruction.a] = false;
        break;
      case Opcode::load_local:
      case Opcode::update_local:
        live[instruction.a] = true;
        break;
      default:
        break;
    }
    const ExceptionRange* handler = handlers_[pc - function_.begin];
    if (handler != nullptr && may_raise(instruction.opcode)) {
      unite(live, this->live(handler->handler));
    }
    return live;
  }

  const Program& program_;
  const Function& function_;
  std::vector<const ExceptionRange*> handlers_;  // as handlers_of() says
  std::vector<Bits> live_;                       // index = pc - begin
};

}  // namespace

LiveLocals::LiveLocals(const Program& program) : dead_(program.code.size()) {
  std::map<std::vector<std::uint32_t>, Part> known;
  for (const Function& function : program.functions) {
    const std::uint64_t work =
        std::uint64_t{function.end - function.begin} * function.locals.size();
    if (work > work_max) continue;
    const FunctionLiveness liveness(program, function);
    for (std::uint32_t pc = function.begin; pc < function.end; ++pc) {
      const Bits& live = liveness.live(pc);
      std::vector<std::uint32_t> dead;
      for (std::uint32_t i = 0; i < live.size(); ++i) {
        if (!live[i]) dead.push_back(i);
      }
      const auto begin = static_cast<std::uint32_t>(pool_.size());
      const Part part{begin, begin + static_cast<std::uint32_t>(dead.size())};
      const auto [found, is_new] = known.try_emplace(std::move(dead), part);
      if (is_new) pool_.insert(pool_.end(), found->first.begin(), found->first.end());
      dead_[pc] = found->second;
    }
  }
}

std::span<const std::uint32_t> LiveLocals::dead(std::uint32_t pc) const {
  const Part part = dead_[pc];
  return std::span(pool_).subspan(part.begin, part.end - part.begin);
}

}  // namespace lockstep
