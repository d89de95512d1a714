// What the operands a and b of each opcode are: for verify and disassemble, which share it.
#pragma once
#include <cstdint>

#include "engine/program/program.h"

namespace lockstep {

enum class OperandKind : std::uint8_t {
  none,  // is 0
  count,
  constant,
  local,
  global,
  unary_operator,
  binary_operator,
  comparison,
  conversion,  // of format: 0, 1 str, 2 repr
  builtin,
  method,
  verb,
  operation,
  exception,
  function,
  address,  // of an instruction of the same function
  update,
};

struct OperandKinds {
  OperandKind a, b;
};
OperandKinds operand_kinds(Opcode opcode);

}  // namespace lockstep
