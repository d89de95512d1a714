// JSON to statements and operands, as the rows of statements.h say.
#pragma once
#include "language/reader.h"
#include "language/scenario.h"

namespace lockstep {

// Any JSON value: a string is an expression, arrays and objects are displays of operands.
Operand read_operand(Reader& reader, const At& at);
std::vector<Operand> read_arguments(Reader& reader, const At& at);
Block read_block(Reader& reader, const At& at);

// Whether a statement in the block creates threads, at any depth.
bool creates_threads(const Block& block);

}  // namespace lockstep
