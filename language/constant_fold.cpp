#include "language/constant_fold.h"

#include <fmt/format.h>

#include <unordered_set>
#include <vector>

#include "engine/value/arithmetic.h"
#include "engine/value/builtins.h"
#include "engine/value/text.h"
#include "language/pointer.h"

namespace lockstep {
namespace {

class NoHandles final : public Names {
 public:
  std::string object_name(ObjectId) const override { return "object"; }
  std::string thread_name(ThreadId) const override { return "thread"; }
  std::string function_name(FunctionId) const override { return "function"; }
};

// The first fault ends it: every function below then returns nothing at once.
class Evaluator {
 public:
  explicit Evaluator(const NamedConstants& names) : constants_(names) {}

  Folded fold(const Expression& expression) {
    const std::optional<Value> value = evaluate(expression);
    if (value) {
      fault_.constant = constant_of(values_, *value);
      if (!fault_.constant) {
        not_constant(expression, fmt::format("a {} cannot be written as a constant",
                                             type_name(values_, *value)));
      }
    }
    return std::move(fault_);
  }

 private:
  using Maybe = std::optional<Value>;
  using Kind = Expression::Kind;

  Maybe not_constant(const Expression& at, std::string message) {
    fault_.offset = at.begin;
    fault_.message = std::move(message);
    return std::nullopt;
  }
  Maybe checked(const Expression& at, Result result) {
    if (!result.raised) return result.value;
    fault_.raised = true;
    return not_constant(at, exception_line(values_, result.value, NoHandles()));
  }

  // An absent operand (of a slice, of a format) is None.
  Maybe operand(const Expression& of, std::size_t i) {
    if (i >= of.operands.size() || !of.operands[i]) return none_value;
    return evaluate(*of.operands[i]);
  }
  std::optional<std::vector<Value>> operands(const Expression& of, std::size_t from = 0) {
    std::vector<Value> values;
    for (std::size_t i = from; i < of.operands.size(); ++i) {
      const Maybe value = operand(of, i);
      if (!value) return std::nullopt;
      values.push_back(*value);
    }
    return values;
  }

  Maybe evaluate(const Expression& at) {
    switch (at.kind) {
      case Kind::constant:
        return value_of(values_, at.constant);
      case Kind::name: {
        const auto found = constants_.find(at.text);
        if (found == constants_.end()) {
          return not_constant(at, fmt::format("{} is no constant", in_quotes(at.text)));
        }
        if (found->second.kind == ValueKind::unset) return not_constant(at, "");
        return value_of(values_, found->second);
      }
      case Kind::logical_and:
      case Kind::logical_or:
        return logical(at);
      case Kind::conditional: {
        const Maybe condition = operand(at, 1);
        if (!condition) return std::nullopt;
        return operand(at, truth(values_, *condition) ? 0 : 2);
      }
      case Kind::comparison:
        return comparison(at);
      case Kind::attribute:
        return not_constant(at, "an attribute is no constant");
      case Kind::formatted:
        return formatted(at);
      case Kind::dict:
        return dict(at);
      case Kind::call: {
        const std::optional<Builtin> builtin = builtin_named(at.text);
        if (!builtin) {
          return not_constant(at, fmt::format("a call of {} is no constant", in_quotes(at.text)));
        }
        const auto arguments = operands(at);
        if (!arguments) return std::nullopt;
        return checked(at, call_builtin(values_, *builtin, *arguments, NoHandles()));
      }
      case Kind::method: {
        const std::optional<Method> method = method_named(at.text);
        if (!method) {
          return not_constant(at, fmt::format("a call of {} is no constant", in_quotes(at.text)));
        }
        const auto all = operands(at);
        if (!all) return std::nullopt;
        return checked(at, call_method(values_, *method, (*all)[0],
                                       std::span<const Value>(*all).subspan(1), NoHandles()));
      }
      case Kind::unary:
      case Kind::binary:
      case Kind::subscript:
      case Kind::slice:
      case Kind::list:
      case Kind::tuple:
      case Kind::replacement:
        break;
    }
    const auto all = operands(at);
    if (!all) return std::nullopt;
    const std::vector<Value>& v = *all;
    switch (at.kind) {
      case Kind::unary:
        return checked(at, unary(values_, at.unary_operator, v[0]));
      case Kind::binary:
        return checked(at, binary(values_, at.binary_operator, v[0], v[1]));
      case Kind::subscript:
        return checked(at, subscript(values_, v[0], v[1]));
      case Kind::slice:
        return checked(at, slice(values_, v[0], v[1], v[2], v[3]));
      case Kind::list:
        return values_.list(v);
      case Kind::tuple:
        return values_.tuple(v);
      default:
        return replaced(at, v[0], v.size() > 1 ? v[1] : none_value);
    }
  }

  Maybe logical(const Expression& at) {
    const bool stops_at = at.kind == Kind::logical_or;
    Maybe value;
    for (std::size_t i = 0; i < at.operands.size(); ++i) {
      value = operand(at, i);
      if (!value || truth(values_, *value) == stops_at) return value;
    }
    return value;
  }

  Maybe comparison(const Expression& at) {
    Maybe left = operand(at, 0);
    Maybe result;
    for (std::size_t i = 0; left && i < at.comparisons.size(); ++i) {
      const Maybe right = operand(at, i + 1);
      if (!right) return std::nullopt;
      result = checked(at, compare(values_, at.comparisons[i], *left, *right));
      if (!result || !truth(values_, *result)) return result;
      left = right;
    }
    return left ? result : std::nullopt;
  }

  Maybe replaced(const Expression& at, Value value, Value spec) {
    const NoHandles names;
    if (at.conversion == 's') value = values_.string(str(values_, value, names));
    if (at.conversion == 'r') value = values_.string(repr(values_, value, names));
    const std::string_view text = spec == none_value ? "" : values_.as_text(spec);
    return checked(at, format(values_, value, text, names));
  }

  Maybe formatted(const Expression& at) {
    std::string text;
    for (std::size_t i = 0; i < at.operands.size(); ++i) {
      const Maybe piece = operand(at, i);
      if (!piece) return std::nullopt;
      text += values_.as_text(*piece);
    }
    return values_.string(text);
  }

  Maybe dict(const Expression& at) {
    const auto all = operands(at);
    if (!all) return std::nullopt;
    if (has_distinct_texts_as_keys(*all)) return values_.dict(*all);
    Value built = values_.dict({});  // O(n^2), but an expression is short
    for (std::size_t i = 0; i + 1 < all->size(); i += 2) {
      const Maybe next = checked(at, with_item(values_, built, (*all)[i], (*all)[i + 1]));
      if (!next) return std::nullopt;
      built = *next;
    }
    return built;
  }

  // As in every JSON object, however large.
  bool has_distinct_texts_as_keys(const std::vector<Value>& keys_and_values) const {
    std::unordered_set<Value> keys;
    for (std::size_t i = 0; i < keys_and_values.size(); i += 2) {
      const Value key = keys_and_values[i];
      if (values_.kind(key) != ValueKind::string || !keys.insert(key).second) return false;
    }
    return true;
  }

  const NamedConstants& constants_;
  ValueTable values_;
  Folded fault_;
};

}  // namespace

Folded fold(const Expression& expression, const NamedConstants& names) {
  if (expression.kind == Expression::Kind::constant) return {expression.constant, false, 0, ""};
  return Evaluator(names).fold(expression);
}

}  // namespace lockstep
