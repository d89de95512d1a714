// Constants: made from C++ values, from and to the values of a table, and as Python literals.
//
// A Constant of a kind that is coded in the word (None, bool, small int, handles) carries that
// word, so that two equal ones are equal field by field, whoever made them.
// Tested by tests/language/constant_fold_test.cpp.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/program/program.h"
#include "engine/value/value_table.h"

namespace lockstep {

Constant none_constant();
Constant boolean_constant(bool b);
Constant integer_constant(std::int64_t n);
Constant real_constant(double x);
Constant string_constant(std::string text);
Constant bytes_constant(std::string content);
Constant list_constant(std::vector<Constant> items);
Constant tuple_constant(std::vector<Constant> items);
Constant function_constant(FunctionId function);
Constant exception_class_constant(ExceptionKind kind);
Constant dict_constant(std::vector<Constant> keys_and_values);

// Nothing for what no Constant can hold: a range, an exception value.
std::optional<Constant> constant_of(const ValueTable& values, Value value);
Value value_of(ValueTable& values, const Constant& constant);

// As an expression that gives the constant. Objects, functions and declared threads are written
// by their names in `program`; without a program there may be none of them in it.
std::string literal(const Constant& constant, const Program* program = nullptr);

}  // namespace lockstep
