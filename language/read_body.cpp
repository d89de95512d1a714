#include "language/read_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/value/exceptions.h"
#include "engine/value/unicode.h"
#include "language/constant.h"
#include "language/names.h"

namespace lockstep {
namespace {

using Kind = JsonNode::Kind;

// Expressions of what is no string --------------------------------------------------------------

// An operand inside an array or object. The text of the whole is the Python display that it
// stands for, and the expressions' offsets are those in that text.
void shift(Expression& expression, std::size_t by) {
  expression.begin += by;
  expression.end += by;
  for (const ExpressionPtr& operand : expression.operands) {
    if (operand) shift(*operand, by);
  }
}

ExpressionPtr constant_expression(Constant constant, std::size_t begin, std::size_t end) {
  auto expression = std::make_unique<Expression>();
  expression->kind = Expression::Kind::constant;
  expression->constant = std::move(constant);
  expression->begin = begin;
  expression->end = end;
  return expression;
}

// Parses a string, with complaints; null after one.
ExpressionPtr parse(Reader& reader, const At& at) {
  const std::string& source = at.node.text;
  if (count_code_points(source) > expression_letters_max) {
    reader.complain(at, fmt::format("an expression has at most {} letters; this has {}",
                                    expression_letters_max, count_code_points(source)));
    return nullptr;
  }
  if (source.find_first_not_of(" \t\r\n") == std::string::npos) {
    reader.expected(at, "an expression (an empty text is written '')");
    return nullptr;
  }
  ParsedExpression parsed = parse_expression(source);
  for (ExpressionFault& fault : parsed.faults) {
    reader.complain_inside(at, fault.offset, std::move(fault.message));
  }
  return std::move(parsed.root);
}

// Appends the value to `source`. Null after a complaint.
ExpressionPtr expression_of(Reader& reader, const At& at, std::string& source) {
  const JsonNode& node = at.node;
  const std::size_t begin = source.size();
  const auto constant = [&](Constant value, std::string_view text) {
    source += text;
    return constant_expression(std::move(value), begin, source.size());
  };
  const std::string_view raw = reader.text().substr(node.begin, node.end - node.begin);
  switch (node.kind) {
    case Kind::null:
      return constant(none_constant(), "None");
    case Kind::boolean:
      return constant(boolean_constant(node.boolean), node.boolean ? "True" : "False");
    case Kind::integer:
      return constant(integer_constant(node.integer), raw);
    case Kind::real:
      return constant(real_constant(node.real), raw);
    case Kind::string: {
      ExpressionPtr expression = parse(reader, at);
      source += node.text;
      if (expression && begin > 0) shift(*expression, begin);
      return expression;
    }
    case Kind::array:
    case Kind::object:
      break;
  }

  const bool is_list = node.kind == Kind::array;
  auto display = std::make_unique<Expression>();
  display->kind = is_list ? Expression::Kind::list : Expression::Kind::dict;
  display->begin = begin;
  bool whole = true;
  const auto add = [&](ExpressionPtr operand) {
    whole = whole && operand != nullptr;
    display->operands.push_back(std::move(operand));
  };
  source += is_list ? '[' : '{';
  for (std::size_t i = 0; i < node.items.size() && !reader.is_full(); ++i) {
    if (i > 0) source += ", ";
    add(expression_of(reader, at.item(i), source));
  }
  for (std::size_t i = 0; i < node.members.size() && !reader.is_full(); ++i) {
    if (i > 0) source += ", ";
    const JsonNode::Member& member = node.members[i];
    const std::size_t key_begin = source.size();
    const Constant key = string_constant(member.key);  // a key is a text, not an expression
    source += literal(key);
    add(constant_expression(key, key_begin, source.size()));
    source += ": ";
    add(expression_of(reader, at.member(member), source));
  }
  source += is_list ? ']' : '}';
  display->end = source.size();
  return whole ? std::move(display) : nullptr;
}

// Fields ----------------------------------------------------------------------------------------

std::vector<Operand> read_operands(Reader& reader, const At& at) {
  std::vector<Operand> operands;
  if (at.node.kind != Kind::array) {
    operands.push_back(read_operand(reader, at));
    return operands;
  }
  if (at.node.items.empty()) reader.expected(at, "a value or an array of values");
  return read_arguments(reader, at);
}

Operand read_target(Reader& reader, const At& at) {
  if (at.node.kind != Kind::string) {
    reader.expected(at, "a variable, an item or an attribute to assign to");
    return {reader.place(at), "", nullptr};
  }
  Operand target = read_operand(reader, at);
  if (target.expression) {
    using enum Expression::Kind;
    const Expression::Kind kind = target.expression->kind;
    if (kind != name && kind != subscript && kind != attribute) {
      reader.complain_inside(at, target.expression->begin,
                             fmt::format("expected a variable, an item or an attribute to assign "
                                         "to, found {}",
                                         in_quotes(target.source)));
    }
  }
  return target;
}

std::vector<std::string> read_names(Reader& reader, const At& at) {
  std::vector<std::string> names;
  const auto add = [&](const At& name) {
    const std::string* identifier = reader.identifier(name);
    if (identifier == nullptr) return;
    if (std::find(names.begin(), names.end(), *identifier) != names.end()) {
      reader.complain(name, fmt::format("{} stands here twice", in_quotes(*identifier)));
    }
    names.push_back(*identifier);
  };
  if (at.node.kind == Kind::string) {
    add(at);
  } else if (at.node.kind == Kind::array && !at.node.items.empty()) {
    for (std::size_t i = 0; i < at.node.items.size() && !reader.is_full(); ++i) add(at.item(i));
  } else {
    reader.expected(at, "a name or an array of names");
  }
  return names;
}

void read_marker(Reader& reader, const At& at) {
  const bool is_true = at.node.kind == Kind::boolean && at.node.boolean;
  if (!is_true && at.node.kind != Kind::null) reader.expected(at, "true");
}

void read_exception_type(Reader& reader, const At& at, std::vector<ExceptionKind>& types) {
  const std::string* name = reader.text(at, "the name of an exception class");
  if (name == nullptr) return;
  if (const std::optional<ExceptionKind> kind = exception_named(*name)) {
    types.push_back(*kind);
    return;
  }
  reader.complain(at, fmt::format("unknown exception class {}{}", in_quotes(*name),
                                  did_you_mean(*name, exception_names())));
}

ExceptHandler read_handler(Reader& reader, const At& at) {
  ExceptHandler handler;
  handler.place = reader.place(at);
  if (!reader.is_object(at, "a handler, such as {\"type\": \"ValueError\", \"do\": [...]}")) {
    return handler;
  }
  reader.check_keys(at, "a handler", handler_keys);
  for (const JsonNode::Member& member : at.node.members) {
    const At value = at.member(member);
    if (member.key == "type" && value.node.kind == Kind::array) {
      if (value.node.items.empty()) reader.expected(value, "the names of exception classes");
      for (std::size_t i = 0; i < value.node.items.size() && !reader.is_full(); ++i) {
        read_exception_type(reader, value.item(i), handler.types);
      }
    } else if (member.key == "type") {
      read_exception_type(reader, value, handler.types);
    } else if (member.key == "as") {
      if (const std::string* name = reader.identifier(value)) handler.name = *name;
    } else if (member.key == "do") {
      handler.body = read_block(reader, value);
    }
  }
  return handler;
}

std::vector<ExceptHandler> read_handlers(Reader& reader, const At& at) {
  std::vector<ExceptHandler> handlers;
  if (at.node.kind == Kind::object) {
    handlers.push_back(read_handler(reader, at));
    return handlers;
  }
  if (at.node.kind != Kind::array || at.node.items.empty()) {
    reader.expected(at, "a handler or an array of handlers");
    return handlers;
  }
  for (std::size_t i = 0; i < at.node.items.size() && !reader.is_full(); ++i) {
    const At item = at.item(i);
    handlers.push_back(read_handler(reader, item));
    const bool is_bare = item.node.kind == Kind::object && item.node.find("type") == nullptr;
    if (is_bare && i + 1 < at.node.items.size()) {
      reader.complain(item,
                      "a handler without \"type\" takes every exception; it must be the last");
    }
  }
  return handlers;
}

Field read_field(Reader& reader, FieldKind kind, const At& at) {
  switch (kind) {
    case FieldKind::expression:
      return read_operand(reader, at);
    case FieldKind::raised:
      if (at.node.kind == Kind::null) return std::monostate();
      return read_operand(reader, at);
    case FieldKind::expressions:
      return read_operands(reader, at);
    case FieldKind::arguments:
      return read_arguments(reader, at);
    case FieldKind::target:
      return read_target(reader, at);
    case FieldKind::block:
      return read_block(reader, at);
    case FieldKind::names:
      return read_names(reader, at);
    case FieldKind::handlers:
      return read_handlers(reader, at);
    case FieldKind::function:
      // A method of self, in another method.
      if (at.node.kind == Kind::string && at.node.text.starts_with("self.") &&
          identifier_fault(at.node.text.substr(5)).empty()) {
        return at.node.text;
      }
      if (const std::string* name = reader.function_name(at)) return *name;
      return std::string();
    case FieldKind::marker:
      read_marker(reader, at);
      return true;
  }
  return std::monostate();
}

// Statements ------------------------------------------------------------------------------------

bool is_of_every_statement(std::string_view key) {
  return std::any_of(std::begin(statement_keys), std::end(statement_keys),
                     [&](const KeyRow& row) { return row.key == key; });
}

void complain_of_no_statement(Reader& reader, const At& at) {
  for (const JsonNode::Member& member : at.node.members) {
    if (is_of_every_statement(member.key) || is_extension(member.key)) continue;
    std::vector<std::string> candidates;
    for (const StatementRow& row : statement_rows()) candidates.emplace_back(row.key);
    const bool exits = std::ranges::find(names_of_exit, member.key) != std::end(names_of_exit);
    reader.complain_key(
        at, member,
        fmt::format("unknown statement {}{}", in_quotes(member.key),
                    exits ? std::string("; ") + as_exit : did_you_mean(member.key, candidates)));
    return;
  }
  reader.complain(at, "expected a key that names a statement, such as \"acquire\"");
}

void read_remark(Reader& reader, const JsonNode::Member& member, const At& at,
                 Statement& statement) {
  const std::string* text = reader.text(at, "a text");
  if (text == nullptr) return;
  (member.key == "label"  ? statement.label
   : member.key == "note" ? statement.note
                          : statement.at) = *text;
}

void read_try(Reader& reader, const At& at) {
  const bool handles = at.node.find("except") != nullptr;
  if (!handles && at.node.find("finally") == nullptr) {
    reader.complain(at, "a try needs the key \"except\" or \"finally\"");
  } else if (!handles && at.node.find("else") != nullptr) {
    reader.complain(at, "the \"else\" of a try needs the key \"except\"");
  }
}

// The keys that a statement may have. A key that names another statement is none of them, but it
// is complained of elsewhere.
std::vector<KeyRow> keys_of(const JsonNode& statement, const StatementRow& row) {
  std::vector<KeyRow> keys(std::begin(statement_keys), std::end(statement_keys));
  for (const FieldRow& field : row.fields) keys.push_back({field.key, field.required, field.help});
  for (const JsonNode::Member& member : statement.members) {
    if (member.key != row.key && statement_named(member.key))
      keys.push_back({member.key, false, ""});
  }
  return keys;
}

Statement read_statement(Reader& reader, const At& at) {
  Statement statement;
  statement.place = reader.place(at);
  if (!reader.is_object(at, "a statement, such as {\"pass\": true}")) return statement;
  std::optional<StatementKind> kind;
  for (const JsonNode::Member& member : at.node.members) {
    kind = statement_named(member.key);
    if (kind) break;
  }
  if (!kind) {
    complain_of_no_statement(reader, at);
    return statement;
  }

  const StatementRow& statement_row = row(*kind);
  const std::span<const FieldRow> fields = statement_row.fields;
  statement.kind = *kind;
  statement.fields.resize(fields.size());
  reader.check_keys(at, fmt::format("the statement {}", in_quotes(statement_row.key)),
                    keys_of(at.node, statement_row));
  for (const JsonNode::Member& member : at.node.members) {
    if (reader.is_full()) break;
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const FieldRow& f) { return f.key == member.key; });
    const At value = at.member(member);
    if (field != fields.end()) {
      statement.fields[static_cast<std::size_t>(field - fields.begin())] =
          read_field(reader, field->kind, value);
    } else if (is_of_every_statement(member.key)) {
      read_remark(reader, member, value, statement);
    } else if (statement_named(member.key)) {
      reader.complain_key(at, member,
                          fmt::format("{} is a statement of its own beside {}; each has its object",
                                      in_quotes(member.key), in_quotes(statement_row.key)));
    }
  }
  if (*kind == StatementKind::try_) read_try(reader, at);
  return statement;
}

}  // namespace

Operand read_operand(Reader& reader, const At& at) {
  Operand operand;
  operand.place = reader.place(at);
  operand.expression = expression_of(reader, at, operand.source);
  return operand;
}

std::vector<Operand> read_arguments(Reader& reader, const At& at) {
  std::vector<Operand> operands;
  if (!reader.is_array(at, "an array of arguments")) return operands;
  for (std::size_t i = 0; i < at.node.items.size() && !reader.is_full(); ++i) {
    operands.push_back(read_operand(reader, at.item(i)));
  }
  return operands;
}

Block read_block(Reader& reader, const At& at) {
  Block block;
  if (!reader.is_array(at, "an array of statements")) return block;
  for (std::size_t i = 0; i < at.node.items.size() && !reader.is_full(); ++i) {
    const At item = at.item(i);
    Statement statement;
    if (reader.is_whole_after([&] { statement = read_statement(reader, item); })) {
      block.push_back(std::move(statement));
    } else {
      reader.suspect(item.node);
    }
  }
  return block;
}

bool creates_threads(const Block& block) {
  const auto in_handler = [](const ExceptHandler& handler) {
    return creates_threads(handler.body);
  };
  const auto in_field = [&](const Field& field) {
    if (const auto* inner = std::get_if<Block>(&field)) return creates_threads(*inner);
    const auto* handlers = std::get_if<std::vector<ExceptHandler>>(&field);
    return handlers != nullptr && std::any_of(handlers->begin(), handlers->end(), in_handler);
  };
  return std::any_of(block.begin(), block.end(), [&](const Statement& statement) {
    return statement.kind == StatementKind::thread || statement.kind == StatementKind::spawn ||
           statement.kind == StatementKind::timer || statement.kind == StatementKind::process ||
           statement.kind == StatementKind::submit || statement.kind == StatementKind::map ||
           statement.kind == StatementKind::pool ||
           std::any_of(statement.fields.begin(), statement.fields.end(), in_field);
  });
}

}  // namespace lockstep
