// verify: what every other part takes for granted of a Program, broken one thing at a time. Also
// the tables of the bytecode: opcodes.def against stack_use(), flow() and operand_kinds().
#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <vector>

#include "engine/program/operands.h"
#include "engine/program/program.h"
#include "engine/state/state.h"

namespace lockstep {
namespace {

using Code = std::vector<Instruction>;

Function function(std::string name, std::uint32_t begin, std::uint32_t end) {
  Function made;
  made.name = std::move(name);
  made.begin = begin;
  made.end = end;
  made.stack_max = 4;
  made.locals = {"x"};
  return made;
}

// A main of these instructions, and "f(x)" that returns x. One constant, one shared variable, a
// Lock and a Condition that works with it.
Program program_of(Code code) {
  Program program;
  const auto main_end = static_cast<std::uint32_t>(code.size());
  code.push_back({Opcode::load_local, 0, 0, {}});
  code.push_back({Opcode::return_value, 0, 0, {}});
  program.functions = {function("main", 0, main_end), function("f", main_end, main_end + 2)};
  program.functions[1].parameters = 1;
  program.targets.resize(code.size());
  program.code = std::move(code);
  program.sites.resize(1);
  program.constants.resize(1);
  program.globals = {{"n", {}}};
  program.threads.resize(1);
  ObjectInfo lock;
  lock.name = "lock";
  lock.kind = ObjectKind::lock;
  lock.offset = first_global_word + 1;
  ObjectInfo condition;
  condition.name = "cond";
  condition.kind = ObjectKind::condition;
  condition.lock = ObjectId{0};
  condition.offset = lock.offset + row(ObjectKind::lock).words;
  program.objects = {lock, condition};
  program.objects_end = condition.offset + row(ObjectKind::condition).words;
  return program;
}

Code returns_none() { return {{Opcode::constant, 0, 0, {}}, {Opcode::return_value, 0, 0, {}}}; }

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += (out.empty() ? "" : "\n") + line;
  return out;
}

constexpr auto constant = Opcode::constant;
constexpr auto pop = Opcode::pop;
constexpr auto return_value = Opcode::return_value;

TEST_CASE("verify: a well-formed program has no faults", "[engine][program]") {
  const Code code = GENERATE(values<Code>({
      returns_none(),
      // One depth at the place where two paths meet.
      {{constant},
       {Opcode::jump_if_false, 4},
       {constant},
       {Opcode::jump, 5},
       {constant},
       {return_value}},
      // A loop: two values below the item, and none behind the end.
      {{constant},
       {Opcode::iterate},
       {Opcode::next_item, 5},
       {pop},
       {Opcode::loop_back, 2},
       {constant},
       {return_value}},
      // Instructions that are never reached are not followed.
      {{constant}, {return_value}, {pop}, {pop}},
      {{Opcode::await}, {Opcode::load_global}, {Opcode::await_test, 0}, {constant}, {return_value}},
      {{Opcode::atomic_enter}, {Opcode::atomic_exit}, {constant}, {return_value}},
  }));
  CHECK(joined(verify(program_of(code))) == "");
}

TEST_CASE("verify: each fault of a function's code is named", "[engine][program]") {
  struct Row {
    Code code;
    std::string fault;
  };
  const std::string in = "function \"main\", instruction ";
  const Row row = GENERATE_COPY(values<Row>({
      {{}, "function \"main\": has no code"},
      {{{constant, 1}, {return_value}}, in + "0: operand a is 1, which is out of range"},
      {{{constant, 0, 7}, {return_value}}, in + "0: operand b is 7, which is out of range"},
      {{{constant}, {return_value, 0, 0, {1}}}, in + "1: has no site"},
      {{{Opcode::load_local, 1}, {return_value}}, in + "0: operand a is 1, which is out of range"},
      {{{Opcode::load_global, 1}, {return_value}}, in + "0: operand a is 1, which is out of range"},
      {{{Opcode::jump, 2}, {return_value}}, in + "0: operand a is 2, which is out of range"},
      {{{constant}, {constant}, {Opcode::binary, 12}, {return_value}},
       in + "2: operand a is 12, which is out of range"},
      {{{constant}}, in + "0: falls off the end of the function"},
      {{{pop}, {constant}, {return_value}}, in + "0: pop takes 1 values, the stack has 0"},
      {{{constant}, {constant}, {return_value}}, in + "2: returns with 2 values on the stack"},
      {{{constant}, {constant}, {constant}, {constant}, {constant}, {return_value}},
       in + "4: needs 5 values on the stack, stack_max is 4"},
      {{{constant}, {Opcode::jump_if_false, 3}, {constant}, {constant}, {return_value}},
       in + "2: reaches 3 with 1 values on the stack, another path with 0"},
      {{{constant}, {Opcode::load_attribute, 0}, {return_value}},
       in + "1: the name of an attribute is no text"},
      {{{constant}, {Opcode::loop_back, 2}, {return_value}}, in + "1: loop_back goes forward"},
      {{{constant}, {Opcode::await_test, 0}, {constant}, {return_value}},
       in + "1: await_test does not go back to an await"},
      {{{constant}, {constant}, {Opcode::operate, 0, 1}, {return_value}},
       in + "2: acquire takes 2 arguments, not 1"},
      {{{Opcode::perform, 0, 0}, {return_value}}, in + "0: lock_acquire needs a receiver"},
      {{{Opcode::call, 1, 0}, {return_value}}, in + "0: \"f\" takes 1 arguments, not 0"},
      {{{constant}, {constant}, {Opcode::update_local, 0, 9}, {constant}, {return_value}},
       in + "2: operand b is no Update"},
      {{{Opcode::atomic_exit}, {constant}, {return_value}},
       in + "0: leaves an atomic section that it is not in"},
      {{{Opcode::atomic_enter}, {constant}, {return_value}},
       in + "2: returns inside an atomic section"},
      {{{constant}, {Opcode::jump_if_false, 3}, {Opcode::atomic_enter}, {constant}, {return_value}},
       in + "2: reaches 3 inside 1 atomic sections, another path inside 0"},
  }));
  const std::string faults = joined(verify(program_of(row.code)));
  CHECK(faults == row.fault);
}

TEST_CASE("verify: handlers are inside their function and find the stack that they keep",
          "[engine][program]") {
  struct Row {
    std::string what;
    ExceptionRange range;
    std::string fault;
  };
  const std::string in = "function \"main\"";
  const Row row = GENERATE_COPY(values<Row>({
      {"a handler behind the code", {0, 2, 4, 0}, ""},
      {"of nothing", {1, 1, 4, 0}, in + ": exception range [1, 1) -> 4 is not inside [0, 6)"},
      {"beyond the function",
       {0, 7, 4, 0},
       in + ": exception range [0, 7) -> 4 is not inside [0, 6)"},
      {"in another function",
       {0, 2, 6, 0},
       in + ": exception range [0, 2) -> 6 is not inside [0, 6)"},
      {"keeps what is not there",
       {1, 2, 4, 2},
       in + ", instruction 1: has 1 values on the stack, its handler at 4 keeps 2"},
      {"keeps too much", {1, 2, 4, 1}, in + ", instruction 5: returns with 2 values on the stack"},
  }));
  INFO(row.what);
  // 0 load x, 1 load x + its negative, 2 .. 3 return; the handler 4 .. 5 returns the exception
  Program program = program_of({{constant},
                                {Opcode::unary, 0},
                                {Opcode::unary, 0},
                                {return_value},
                                {Opcode::unary, 0},
                                {return_value}});
  program.functions[0].handlers = {row.range};
  CHECK(joined(verify(program)) == row.fault);
}

TEST_CASE("verify: objects, threads and conditions are well formed", "[engine][program]") {
  struct Row {
    std::string what;
    std::function<void(Program&)> change;
    std::string fault;
  };
  const Row row = GENERATE(values<Row>({
      {"nothing", [](Program&) {}, ""},
      {"two objects in one word",
       [](Program& p) {
         p.objects[1].offset = 4;
         p.objects_end = 5;
       },
       "object \"cond\" begins at word 4, before word 6"},
      {"another end of the objects", [](Program& p) { ++p.objects_end; },
       "the objects end at word 7, not at word 8"},
      {"an object in a variable's word", [](Program& p) { p.objects[0].offset = 3; },
       "object \"lock\" begins at word 3, before word 5"},
      {"a condition without a lock", [](Program& p) { p.objects[1].lock.reset(); },
       "object \"cond\" has no lock"},
      {"a lock with a lock", [](Program& p) { p.objects[0].lock = ObjectId{0}; },
       "object \"lock\" is no Condition but has a lock"},
      {"a condition that is its own lock", [](Program& p) { p.objects[1].lock = ObjectId{1}; },
       "the lock of object \"cond\" is neither Lock nor RLock"},
      {"a lock with an action", [](Program& p) { p.objects[0].action = FunctionId{0}; },
       "object \"lock\" has an action that is none: a function that takes its arguments, of a "
       "Barrier or a pool"},
      {"a body of timers that takes too little", [](Program& p) { p.timer_body = FunctionId{1}; },
       "the body of timers is no function of three parameters"},
      {"no threads", [](Program& p) { p.threads.clear(); }, "there is no MainThread"},
      {"a thread without a body",
       [](Program& p) {
         p.threads[0].name = "T";
         p.threads[0].body = {9};
       },
       "thread \"T\" has no body"},
      {"a thread without its arguments",
       [](Program& p) {
         p.threads[0].name = "T";
         p.threads[0].body = {1};
       },
       "thread \"T\" does not have the 1 arguments that its body takes"},
      {"a condition with a parameter",
       [](Program& p) {
         p.invariants = {{{1}, "n > 0", 1}};
       },
       "the condition \"n > 0\" is no function without parameters"},
      {"a gap between functions", [](Program& p) { p.functions[1].begin = 3; },
       "function \"f\" does not begin where the one before it ends"},
      {"code of nobody", [](Program& p) { p.functions.pop_back(); },
       "there is code behind the last function"},
      {"too few targets", [](Program& p) { p.targets.pop_back(); },
       "there is not one target for each instruction"},
      {"a target that is not there",
       [](Program& p) {
         p.targets[1] = {Target::Kind::objects, {1}, 2, {}};
       },
       "the target of instruction 1 does not exist"},
  }));
  INFO(row.what);
  Program program = program_of(returns_none());
  row.change(program);
  CHECK(joined(verify(program)) == row.fault);
}

TEST_CASE("opcodes: the stack column of opcodes.def is what stack_use() says",
          "[engine][program]") {
  for (std::size_t i = 0; i < opcode_count; ++i) {
    const auto opcode = static_cast<Opcode>(i);
    const OpcodeRow& opcode_row = row(opcode);
    INFO(opcode_row.name);
    CHECK(!opcode_row.description.empty());
    for (const bool jumps : {false, true}) {
      const StackUse use = stack_use({opcode, 2, 1, {}}, jumps);
      if (!opcode_row.stack) continue;
      CHECK(static_cast<int>(use.leaves) - static_cast<int>(use.takes) == *opcode_row.stack);
    }
    // What may go on elsewhere says so with an address.
    CHECK(flow(opcode).jump == (operand_kinds(opcode).a == OperandKind::address));
  }
}

TEST_CASE("program: the words of a State that a Program lays out are those of state.h",
          "[engine][program]") {
  STATIC_REQUIRE(first_global_word == layout::globals);
}

}  // namespace
}  // namespace lockstep
