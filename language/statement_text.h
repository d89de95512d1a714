// A statement in one short line, for traces and reports.
#pragma once
#include <string>

#include "language/scenario.h"

namespace lockstep {

// "acquire mutexA", "n = n - 1", "while n > 0": readable Python where Python has the statement,
// else its key and operands. At most statement_text_max code points.
std::string statement_text(const Statement& statement);
std::string shortened(std::string text);  // to statement_text_max, with "..." for the rest

inline constexpr std::size_t statement_text_max = 80;

// The fields of a statement by key. Null if it was not given.
const Operand* find_operand(const Statement& statement, std::string_view key);
const std::vector<Operand>* find_operands(const Statement& statement, std::string_view key);
const Block* find_block(const Statement& statement, std::string_view key);
// Requires: it was given.
const Operand& get_operand(const Statement& statement, std::string_view key);
const Block& get_block(const Statement& statement, std::string_view key);
// Empty: it is not given.
const std::string& get_function(const Statement& statement, std::string_view key);

}  // namespace lockstep
