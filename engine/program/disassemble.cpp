#include <array>
#include <string>

#include "engine/program/operands.h"
#include "engine/program/program.h"
#include "engine/value/arithmetic.h"
#include "engine/value/builtins.h"
#include "engine/value/number_text.h"

namespace lockstep {
namespace {

std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\'' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + "'";
}

std::string constant_text(const Program& program, const Constant& constant);

std::string items_text(const Program& program, const Constant& constant) {
  std::string out;
  for (std::size_t i = 0; i < constant.items.size(); ++i) {
    if (i > 0) out += constant.kind == ValueKind::dict && i % 2 == 1 ? ": " : ", ";
    out += constant_text(program, constant.items[i]);
  }
  return out;
}

std::string constant_text(const Program& program, const Constant& constant) {
  const std::uint32_t index = value_detail::payload_of(constant.inline_value);
  switch (constant.kind) {
    case ValueKind::none:
      return "None";
    case ValueKind::boolean:
      return constant.inline_value == true_value ? "True" : "False";
    case ValueKind::integer:
      return std::to_string(constant.integer);
    case ValueKind::real:
      return real_repr(constant.real);
    case ValueKind::string:
      return in_quotes(constant.text);
    case ValueKind::bytes:
      return "b" + in_quotes(constant.text);
    case ValueKind::list:
      return "[" + items_text(program, constant) + "]";
    case ValueKind::tuple:
      return "(" + items_text(program, constant) + (constant.items.size() == 1 ? ",)" : ")");
    case ValueKind::dict:
      return "{" + items_text(program, constant) + "}";
    case ValueKind::object:
      return program.objects[index].name;
    case ValueKind::thread:
      return program.threads[index].name;
    case ValueKind::function:
      return program.functions[index].name;
    case ValueKind::exception_class:
      return std::string(exception_name(static_cast<ExceptionKind>(index)));
    case ValueKind::process:
    case ValueKind::connection:  // none is there before a run
    case ValueKind::range:
    case ValueKind::exception:
    case ValueKind::future:
    case ValueKind::unset:
      break;
  }
  return "?";
}

std::string_view operator_text(UnaryOperator op) {
  constexpr std::array<std::string_view, 4> texts{"-", "+", "~", "not"};
  return texts[static_cast<std::size_t>(op)];
}
std::string_view operator_text(BinaryOperator op) {
  constexpr std::array<std::string_view, 12> texts{"+",  "-", "*", "/", "//", "%",
                                                   "**", "&", "|", "^", "<<", ">>"};
  return texts[static_cast<std::size_t>(op)];
}
std::string_view operator_text(Comparison op) {
  constexpr std::array<std::string_view, 10> texts{"==", "!=", "<",      "<=", ">",
                                                   ">=", "in", "not in", "is", "is not"};
  return texts[static_cast<std::size_t>(op)];
}

std::string update_text(std::uint32_t b) {
  constexpr std::array<std::string_view, 4> texts{"set_item", "append", "pop", "pop_at"};
  const Update update = Update::decode(b);
  std::string out(texts[static_cast<std::size_t>(update.kind)]);
  if (update.depth > 0) out += " under " + std::to_string(update.depth);
  return out;
}

std::string operand_text(const Program& program, const Function& function, OperandKind kind,
                         std::uint32_t operand) {
  switch (kind) {
    case OperandKind::none:
      return "";
    case OperandKind::count:
      return std::to_string(operand);
    case OperandKind::address:
      return "-> " + std::to_string(operand);
    case OperandKind::constant:
      return constant_text(program, program.constants[operand]);
    case OperandKind::local:
      return function.locals[operand];
    case OperandKind::global:
      return program.globals[operand].name;
    case OperandKind::unary_operator:
      return std::string(operator_text(static_cast<UnaryOperator>(operand)));
    case OperandKind::binary_operator:
      return std::string(operator_text(static_cast<BinaryOperator>(operand)));
    case OperandKind::comparison:
      return std::string(operator_text(static_cast<Comparison>(operand)));
    case OperandKind::conversion:
      return operand == 0 ? "" : operand == 1 ? "str" : "repr";
    case OperandKind::builtin:
      return std::string(builtin_name(static_cast<Builtin>(operand)));
    case OperandKind::method:
      return std::string(method_name(static_cast<Method>(operand)));
    case OperandKind::verb:
      return std::string(row(static_cast<Verb>(operand)).name);
    case OperandKind::operation:
      return std::string(row(static_cast<Operation>(operand)).name);
    case OperandKind::exception:
      return std::string(exception_name(static_cast<ExceptionKind>(operand)));
    case OperandKind::function:
      return program.functions[operand].name;
    case OperandKind::update:
      return update_text(operand);
  }
  return "";
}

std::string padded(std::string text, std::size_t width) {
  text.append(text.size() < width ? width - text.size() : 1, ' ');
  return text;
}

constexpr std::size_t comment_column = 36;

std::string instruction_text(const Program& program, const Function& function, std::uint32_t pc) {
  const Instruction& instruction = program.code[pc];
  const OperandKinds kinds = operand_kinds(instruction.opcode);
  const std::string number = std::to_string(pc);
  std::string out(number.size() < 4 ? 4 - number.size() : 0, ' ');
  out += number + "  " + std::string(row(instruction.opcode).name);
  for (const std::string& operand : {operand_text(program, function, kinds.a, instruction.a),
                                     operand_text(program, function, kinds.b, instruction.b)}) {
    if (!operand.empty()) out += " " + operand;
  }
  return out;
}

std::string header(const Function& function) {
  std::string out = function.name + "(";
  for (std::uint32_t i = 0; i < function.parameters; ++i) {
    out += (i > 0 ? ", " : "") + function.locals[i];
  }
  out += ")";
  for (std::size_t i = function.parameters; i < function.locals.size(); ++i) {
    out += (i > function.parameters ? ", " : " local ") + function.locals[i];
  }
  return out + "\n";
}

}  // namespace

std::string disassemble(const Program& program) {
  std::string out;
  for (const Function& function : program.functions) {
    out += header(function);
    std::optional<SiteId> last;
    for (std::uint32_t pc = function.begin; pc < function.end; ++pc) {
      const std::string line = instruction_text(program, function, pc);
      const SiteId site = program.code[pc].site;
      if (site == last) {
        out += line + "\n";
      } else {
        out += padded(line, comment_column) + "; " + program.sites[site.index].text + "\n";
      }
      last = site;
    }
    for (const ExceptionRange& range : function.handlers) {
      out += "      exception in " + std::to_string(range.begin) + ".." +
             std::to_string(range.end - 1) + " -> " + std::to_string(range.handler) + " keeping " +
             std::to_string(range.depth) + "\n";
    }
  }
  return out;
}

}  // namespace lockstep
