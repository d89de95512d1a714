// A scenario as it was written: the syntax tree. Filled by read_scenario as statements.h says,
// read by compile.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/program/program.h"
#include "language/complaint.h"
#include "language/expectation.h"
#include "language/expression.h"
#include "language/json_tree.h"
#include "language/statements.h"

namespace lockstep {

// A string in Python's syntax, or a JSON number, boolean, null, array or object that stands
// for itself. Where a text is expected as data, Python's quotes are inside the string.
struct Operand {
  Place place;               // of the JSON value
  std::string source;        // as the scenario has it, for reports
  ExpressionPtr expression;  // a JSON literal is a constant (arrays, objects: displays)
};

struct Statement;
using Block = std::vector<Statement>;

struct ExceptHandler {
  Place place;
  std::vector<ExceptionKind> types;  // empty: any
  std::string name;                  // as; empty: none
  Block body;
};

// One operand of a statement; which alternative it is, statements.h says.
using Field = std::variant<std::monostate, Operand, std::vector<Operand>, Block, std::string,
                           std::vector<std::string>, std::vector<ExceptHandler>, bool>;

struct Statement {
  StatementKind kind{};
  Place place;
  std::vector<Field> fields;  // index = position in the statement's row
  std::string label, note, at;
};

struct ScenarioObject {
  std::string name;
  Place place;
  std::optional<ObjectKind> kind;  // absent: same_as
  std::string same_as;
  std::optional<std::int64_t> count;  // an array
  std::int64_t value = 0;             // semaphores: value; queues: maxsize; barrier: parties;
                                      // executor: max_workers; Pool: processes
  std::int64_t tasks_max = 0;         // Pool: maxtasksperchild; 0: any number
  std::int64_t buffer = 65536;        // queues of multiprocessing
  std::string lock;                   // Condition; empty: an RLock of its own
  std::string action;                 // Barrier; the initializer of a pool; empty: none
  std::vector<Operand> arguments;     // of the initializer
  std::optional<double> timeout;      // Barrier
  std::string prefix;                 // ThreadPoolExecutor; empty: it is numbered
};

struct ScenarioFunction {
  std::string name;
  Place place;
  std::vector<std::string> parameters;
  Block body;
  std::string owner = {};  // of a method, whose name is "Class.method": the class
};

// A subclass of threading.Thread. Its methods are ScenarioFunctions whose first parameter is self.
struct ScenarioClass {
  std::string name;
  Place place;
  std::vector<std::string> attributes;
};

struct ScenarioThread {
  std::string name;
  Place place;
  Block body;                      // either this
  std::string target;              // or a function
  std::vector<Operand> arguments;  // constants
  bool daemon = false;
  bool has_target = false;
};

struct ScenarioVariable {
  std::string name;
  Place place;
  Operand initial;  // constant
};

struct ScenarioCondition {  // invariants, finally
  Place place;
  Operand expression;
};

struct ScenarioLock {  // lock_order
  std::string name;    // "db", or "forks[2]"; an array is all its objects in their order
  Place place;
};

struct Scenario {
  std::string file;  // as named by the caller; "-" is standard input
  std::string text;  // the file's bytes
  std::string name, description, source;
  std::vector<std::string> tags;
  GilModel gil = GilModel::calls_and_loops;
  std::uint32_t cores = 4;
  double switch_interval = 0.005;
  Costs costs;
  std::vector<std::pair<std::string, Constant>> parameters;  // params, after --set
  std::vector<ScenarioObject> objects;
  std::vector<ScenarioVariable> variables;
  std::vector<std::string> input;
  std::vector<ScenarioClass> classes;
  std::vector<ScenarioFunction> functions;  // those of classes last
  std::optional<Block> main;
  std::vector<ScenarioThread> threads;
  std::vector<ScenarioCondition> invariants, final_checks;
  std::vector<ScenarioLock> lock_order;
  Expectation expect;
  JsonNode tree;  // the document; "schedule" is read from it later
};

}  // namespace lockstep
