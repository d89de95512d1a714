// The readers of a scenario's parts. Each fills its part of the Scenario and complains.
#pragma once
#include <map>
#include <string>

#include "language/constant_fold.h"
#include "language/reader.h"
#include "language/scenario.h"

namespace lockstep {

void read_machine(Reader& reader, const At& at, Scenario& scenario);

// The params with the values that `settings` gives them.
NamedConstants read_params(Reader& reader, const JsonNode& document,
                           const std::map<std::string, std::string>& settings, Scenario& scenario);

// Aliases and locks of conditions are resolved among the objects.
void read_objects(Reader& reader, const At& at, const NamedConstants& params, Scenario& scenario);

// Reads the functions, main and threads. `document` is the outermost object.
void read_code(Reader& reader, const At& document, const NamedConstants& params,
               Scenario& scenario);

// Names are looked up in `document`, the outermost object. Requires: functions, main and threads
// have been read.
void read_expectation(Reader& reader, const At& at, const JsonNode& document, Scenario& scenario);

// An operand whose value is known before a run. If it depends on params alone, it becomes
// a constant expression; what names an object or function is left for the compiler.
Operand read_initial(Reader& reader, const At& at, const NamedConstants& params);

// A number, or an expression over params that gives an integer; ends included.
std::optional<std::int64_t> read_count(Reader& reader, const At& at, const NamedConstants& params,
                                       std::int64_t least, std::int64_t most);

// JSON that stands for itself: a string is a text.
Constant plain_constant(const JsonNode& node);

}  // namespace lockstep
