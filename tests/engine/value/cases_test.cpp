// Every line of cases.txt, against CPython's answer. make_cases.py says what a line is, and
// how to try more of them than the committed ones.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/value/arithmetic.h"
#include "engine/value/builtins.h"
#include "engine/value/text.h"
#include "tests/engine/value/literal.h"

namespace lockstep {
namespace {

class NoNames : public Names {
 public:
  std::string object_name(ObjectId) const override { return "<object>"; }
  std::string thread_name(ThreadId) const override { return "<thread>"; }
  std::string function_name(FunctionId) const override { return "<function>"; }
};

using Operands = std::vector<Value>;

// What one operation gives, in the words of cases.txt.
class Calculator {
 public:
  std::string answer(const std::string& operation, const std::vector<std::string>& literals) {
    Operands operands;
    for (const std::string& text : literals) operands.push_back(literal(values_, text));
    const Result result = calculate(operation, operands);
    return result.raised ? "!" + exception_line(values_, result.value, names_)
                         : "=" + repr(values_, result.value, names_);
  }

 private:
  Result calculate(const std::string& operation, const Operands& operands) {
    static const std::map<std::string, BinaryOperator> binaries{
        {"+", BinaryOperator::add},           {"-", BinaryOperator::subtract},
        {"*", BinaryOperator::multiply},      {"/", BinaryOperator::true_divide},
        {"//", BinaryOperator::floor_divide}, {"%", BinaryOperator::modulo},
        {"**", BinaryOperator::power},        {"&", BinaryOperator::bit_and},
        {"|", BinaryOperator::bit_or},        {"^", BinaryOperator::bit_xor},
        {"<<", BinaryOperator::shift_left},   {">>", BinaryOperator::shift_right}};
    static const std::map<std::string, Comparison> comparisons{
        {"==", Comparison::equal},  {"!=", Comparison::not_equal},
        {"<", Comparison::less},    {"<=", Comparison::less_equal},
        {">", Comparison::greater}, {">=", Comparison::greater_equal},
        {"in", Comparison::in},     {"not in", Comparison::not_in}};
    static const std::map<std::string, UnaryOperator> unaries{{"neg", UnaryOperator::negative},
                                                              {"pos", UnaryOperator::positive},
                                                              {"invert", UnaryOperator::invert},
                                                              {"not", UnaryOperator::logical_not}};

    if (const auto op = binaries.find(operation); op != binaries.end()) {
      return binary(values_, op->second, operands.at(0), operands.at(1), &names_);
    }
    if (const auto op = comparisons.find(operation); op != comparisons.end()) {
      return compare(values_, op->second, operands.at(0), operands.at(1));
    }
    if (const auto op = unaries.find(operation); op != unaries.end()) {
      return unary(values_, op->second, operands.at(0));
    }
    if (operation.starts_with('.')) {
      return call_method(values_, method_named(operation.substr(1)).value(), operands.at(0),
                         std::span(operands).subspan(1), names_);
    }
    if (operation.ends_with("()")) {
      return call_builtin(values_, builtin_named(operation.substr(0, operation.size() - 2)).value(),
                          operands, names_);
    }
    return other(operation, operands);
  }

  Result other(const std::string& operation, const Operands& operands) {
    if (operation == "subscript") return subscript(values_, operands.at(0), operands.at(1));
    if (operation == "slice") {
      return slice(values_, operands.at(0), operands.at(1), operands.at(2), operands.at(3));
    }
    if (operation == "with_item") {
      return with_item(values_, operands.at(0), operands.at(1), operands.at(2));
    }
    if (operation == "appended") return appended(values_, operands.at(0), operands.at(1));
    if (operation == "popped") {
      const Popped pop = popped(values_, operands.at(0),
                                operands.size() > 1 ? std::optional(operands[1]) : std::nullopt);
      if (pop.container.raised) return pop.container;
      const Operands pair{pop.container.value, pop.item};
      return {values_.tuple(pair)};
    }
    if (operation == "iterate") {
      Operands items;
      while (const auto item = item_at(values_, operands.at(0), items.size())) {
        items.push_back(*item);
      }
      return {values_.list(items)};
    }
    if (operation == "format") {
      return format(values_, operands.at(0), values_.as_text(operands.at(1)), names_);
    }
    if (operation == "exception_line") {
      return {values_.string(exception_line(values_, operands.at(0), names_))};
    }
    throw std::runtime_error("unknown operation " + operation);
  }

  ValueTable values_;
  NoNames names_;
};

std::filesystem::path cases_path() {
  if (const char* const chosen = std::getenv("LOCKSTEP_CASES")) return chosen;
#ifdef LOCKSTEP_SOURCE_DIR
  return std::filesystem::path(LOCKSTEP_SOURCE_DIR) / "tests/engine/value/cases.txt";
#else
  return std::filesystem::path(__FILE__).parent_path() / "cases.txt";
#endif
}

std::vector<std::string> split_at_tabs(const std::string& line) {
  std::vector<std::string> words;
  std::size_t at = 0;
  for (std::size_t tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t', at)) {
    words.push_back(line.substr(at, tab - at));
    at = tab + 1;
  }
  words.push_back(line.substr(at));
  return words;
}

}  // namespace

TEST_CASE("Python: operations on values give what CPython 3.11 gives", "[engine][value][oracle]") {
  const std::filesystem::path path = cases_path();
  CAPTURE(path.string());
  std::ifstream file(path);
  REQUIRE(file);

  Calculator calculator;
  std::size_t cases = 0;
  std::string line;
  while (std::getline(file, line)) {
    std::vector<std::string> words = split_at_tabs(line);
    const std::string expected = words.back();
    words.pop_back();
    const std::string operation = words.front();
    words.erase(words.begin());
    ++cases;
    INFO(line);
    const std::string answer = calculator.answer(operation, words);
    // CHECK formats both sides on every line, and there are thousands.
    if (answer != expected) CHECK(answer == expected);
  }
  CHECK(cases > 5000);
}

}  // namespace lockstep
