#include "engine/program/program.h"

#include <algorithm>
#include <array>

#include "engine/assert.h"
#include "engine/program/operands.h"

namespace lockstep {
namespace {

constexpr std::nullopt_t DYNAMIC = std::nullopt;
constexpr std::array opcode_rows{
#define PRIVATE(opcode, stack, description) OpcodeRow{#opcode, false, stack, description},
#define VISIBLE(opcode, stack, description) OpcodeRow{#opcode, true, stack, description},
#include "engine/program/opcodes.def"
#undef PRIVATE
#undef VISIBLE
};
static_assert(opcode_rows.size() == opcode_count, "opcode_count names the last row");

template <class Tag, class Rows>
std::optional<Id<Tag>> row_named(const Rows& rows, std::string_view name) {
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    if (rows[i].name == name) return Id<Tag>{i};
  }
  return std::nullopt;
}

}  // namespace

const Function& Program::function_of(std::uint32_t pc) const {
  // Functions stand in the code one after the other, in their order.
  const auto after = std::ranges::upper_bound(functions, pc, {}, &Function::begin);
  LOCKSTEP_ASSERT(after != functions.begin(), "every instruction belongs to a function");
  return *std::prev(after);
}

std::optional<ObjectId> Program::object_named(std::string_view wanted) const {
  if (const auto found = row_named<ObjectTag>(objects, wanted)) return found;
  for (std::uint32_t i = 0; i < objects.size(); ++i) {
    if (std::ranges::find(objects[i].aliases, wanted) != objects[i].aliases.end()) {
      return ObjectId{i};
    }
  }
  return std::nullopt;
}

std::optional<GlobalId> Program::global_named(std::string_view wanted) const {
  return row_named<GlobalTag>(globals, wanted);
}

std::optional<ThreadId> Program::thread_named(std::string_view wanted) const {
  return row_named<ThreadTag>(threads, wanted);
}

std::optional<FunctionId> Program::function_named(std::string_view wanted) const {
  return row_named<FunctionTag>(functions, wanted);
}

const OpcodeRow& row(Opcode opcode) { return opcode_rows[static_cast<std::size_t>(opcode)]; }

StackUse stack_use(const Instruction& instruction, bool jumps) {
  const std::uint32_t a = instruction.a;
  const std::uint32_t b = instruction.b;
  switch (instruction.opcode) {
    case Opcode::constant:
    case Opcode::load_local:
    case Opcode::load_global:
    case Opcode::load_handled:
      return {0, 1};
    case Opcode::store_local:
    case Opcode::store_global:
    case Opcode::pop:
    case Opcode::jump_if_false:
    case Opcode::jump_if_true:
    case Opcode::return_value:
    case Opcode::raise:
    case Opcode::reraise:
    case Opcode::await_test:
      return {1, 0};
    case Opcode::unary:
    case Opcode::load_attribute:
    case Opcode::has_attributes:
    case Opcode::data_attribute:
      return {1, 1};
    case Opcode::binary:
    case Opcode::compare:
    case Opcode::format:
    case Opcode::subscript:
    case Opcode::attribute_of:
    case Opcode::call_with:
      return {2, 1};
    case Opcode::store_attribute:
      return {2, 0};
    case Opcode::slice:
      return {4, 1};
    case Opcode::duplicate:
      return {1, 2};
    case Opcode::duplicate_two:
      return {2, 4};
    case Opcode::swap:
    case Opcode::match_exception:
      return {2, 2};
    case Opcode::lift:
      return {a + 1, a + 1};
    case Opcode::is_iterator:
    case Opcode::iterate:
      return {1, 2};
    case Opcode::next_item:
      return jumps ? StackUse{2, 0} : StackUse{2, 3};
    case Opcode::jump_if_false_keep:
    case Opcode::jump_if_true_keep:
      return jumps ? StackUse{1, 1} : StackUse{1, 0};
    case Opcode::unpack:
      return {1, a};
    case Opcode::build_list:
    case Opcode::build_tuple:
    case Opcode::build_text:
      return {a, 1};
    case Opcode::build_dict:
      return {2 * a, 1};
    case Opcode::build_exception:
    case Opcode::call_builtin:
    case Opcode::call:
    case Opcode::perform:
      return {b, 1};
    case Opcode::call_method:
    case Opcode::call_value:
    case Opcode::operate:
      return {b + 1, 1};
    case Opcode::update_local:
    case Opcode::update_global: {
      const Update update = Update::decode(b);
      return {update.depth + update.arguments(), update.pushes() ? 1U : 0U};
    }
    case Opcode::clear_local:
    case Opcode::jump:
    case Opcode::loop_back:
    case Opcode::atomic_enter:
    case Opcode::atomic_exit:
    case Opcode::mark:
    case Opcode::await:
      return {0, 0};
  }
  LOCKSTEP_ASSERT(false, "the instruction has an opcode of opcodes.def");
}

Flow flow(Opcode opcode) {
  switch (opcode) {
    case Opcode::jump:
    case Opcode::loop_back:
      return {.next = false, .jump = true};
    case Opcode::jump_if_false:
    case Opcode::jump_if_true:
    case Opcode::jump_if_false_keep:
    case Opcode::jump_if_true_keep:
    case Opcode::next_item:
    case Opcode::await_test:
      return {.next = true, .jump = true};
    case Opcode::return_value:
    case Opcode::raise:
    case Opcode::reraise:
      return {.next = false, .jump = false};
    default:
      return {.next = true, .jump = false};
  }
}

std::string exception_slot(std::size_t depth) { return ".exception" + std::to_string(depth); }

bool may_raise(Opcode opcode) {
  switch (opcode) {
    case Opcode::constant:
    case Opcode::load_handled:
    case Opcode::store_local:
    case Opcode::clear_local:
    case Opcode::pop:
    case Opcode::duplicate:
    case Opcode::duplicate_two:
    case Opcode::swap:
    case Opcode::lift:
    case Opcode::jump:
    case Opcode::loop_back:
    case Opcode::jump_if_false:
    case Opcode::jump_if_true:
    case Opcode::jump_if_false_keep:
    case Opcode::jump_if_true_keep:
    case Opcode::is_iterator:
    case Opcode::next_item:
    case Opcode::return_value:
    case Opcode::match_exception:
    case Opcode::atomic_enter:
    case Opcode::atomic_exit:
    case Opcode::mark:
    case Opcode::load_global:
    case Opcode::store_global:
    case Opcode::store_attribute:
    case Opcode::await_test:
      return false;
    default:
      return true;
  }
}

std::vector<const ExceptionRange*> handlers_of(const Function& function) {
  std::vector<const ExceptionRange*> handlers(function.end - function.begin);
  // Backwards, so that the first row that fits has the last word.
  for (auto range = function.handlers.rbegin(); range != function.handlers.rend(); ++range) {
    std::fill(handlers.begin() + (range->begin - function.begin),
              handlers.begin() + (range->end - function.begin), &*range);
  }
  return handlers;
}

OperandKinds operand_kinds(Opcode opcode) {
  using enum OperandKind;
  switch (opcode) {
    case Opcode::constant:
    case Opcode::load_attribute:
    case Opcode::store_attribute:
    case Opcode::attribute_of:
    case Opcode::has_attributes:
    case Opcode::data_attribute:
      return {constant, none};
    case Opcode::load_local:
    case Opcode::store_local:
    case Opcode::clear_local:
      return {local, none};
    case Opcode::update_local:
      return {local, update};
    case Opcode::load_global:
    case Opcode::store_global:
      return {global, none};
    case Opcode::update_global:
      return {global, update};
    case Opcode::unary:
      return {unary_operator, none};
    case Opcode::binary:
      return {binary_operator, none};
    case Opcode::compare:
      return {comparison, none};
    case Opcode::format:
      return {conversion, none};
    case Opcode::build_list:
    case Opcode::build_tuple:
    case Opcode::build_dict:
    case Opcode::build_text:
    case Opcode::unpack:
    case Opcode::lift:
      return {count, none};
    case Opcode::build_exception:
      return {exception, count};
    case Opcode::call_builtin:
      return {builtin, count};
    case Opcode::call_method:
      return {method, count};
    case Opcode::call:
      return {function, count};
    case Opcode::call_value:
      return {none, count};
    case Opcode::operate:
      return {verb, count};
    case Opcode::perform:
      return {operation, count};
    case Opcode::jump:
    case Opcode::loop_back:
    case Opcode::jump_if_false:
    case Opcode::jump_if_true:
    case Opcode::jump_if_false_keep:
    case Opcode::jump_if_true_keep:
    case Opcode::next_item:
    case Opcode::await_test:
      return {address, none};
    case Opcode::call_with:
    case Opcode::subscript:
    case Opcode::slice:
    case Opcode::pop:
    case Opcode::duplicate:
    case Opcode::duplicate_two:
    case Opcode::swap:
    case Opcode::is_iterator:
    case Opcode::iterate:
    case Opcode::return_value:
    case Opcode::raise:
    case Opcode::load_handled:
    case Opcode::reraise:
    case Opcode::match_exception:
    case Opcode::atomic_enter:
    case Opcode::atomic_exit:
    case Opcode::mark:
    case Opcode::await:
      return {none, none};
  }
  LOCKSTEP_ASSERT(false, "the opcode is one of opcodes.def");
}

}  // namespace lockstep
