#include "language/unwritten.h"

#include <algorithm>

#include "language/constant.h"

namespace lockstep {

SiteId unwritten(Module& module, std::string text) {
  return module.add_site({0, 0, ""}, std::move(text));
}

void jump_if_is(Assembler& code, const Constant& constant, Assembler::Label to) {
  code.emit(Opcode::duplicate);
  code.constant(constant);
  code.emit(Opcode::compare, static_cast<std::uint32_t>(Comparison::is));
  code.jump(Opcode::jump_if_true, to);
}

void swallow(Assembler& code, ExceptionKind kind, const Assembler::Range& range,
             Assembler::Label handler, Assembler::Label begin) {
  const Assembler::Label other = code.label();
  code.place_handler(handler, range);
  code.constant(exception_class_constant(kind));
  code.emit(Opcode::match_exception);
  code.jump(Opcode::jump_if_false, other);
  code.emit(Opcode::pop);
  code.jump(Opcode::loop_back, begin);
  code.place(other);
  code.emit(Opcode::reraise);
}

bool has_initializer(const Module& module, ObjectKind kind) {
  return std::ranges::any_of(module.scenario.objects, [&](const ScenarioObject& object) {
    return object.kind == kind && !object.action.empty();
  });
}

Assembler::Range initialize(Assembler& code, Assembler::Label failed) {
  const Assembler::Label initialized = code.label();
  code.emit(Opcode::load_local, 0);
  code.operate(Verb::initializer, {});
  jump_if_is(code, none_constant(), initialized);
  code.emit(Opcode::unpack, 2);
  Assembler::Range range = code.open_range();
  range.depth = code.depth() - 2;
  code.emit(Opcode::call_with);
  code.close_range(range, failed);
  code.place(initialized);
  code.emit(Opcode::pop);
  return range;
}

void give(Assembler& code, Verb verb, std::initializer_list<std::uint32_t> locals, bool raised) {
  code.emit(Opcode::store_local, *(locals.end() - 1));
  code.emit(Opcode::load_local, 0);
  for (const std::uint32_t local : locals) code.emit(Opcode::load_local, local);
  code.constant(boolean_constant(raised));
  code.operate(verb, {});
}

}  // namespace lockstep
