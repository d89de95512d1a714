// engine/value/text.h where it is lockstep's own: names of handles, limits, JSON.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "engine/value/arithmetic.h"
#include "engine/value/builtins.h"
#include "engine/value/text.h"
#include "tests/engine/value/literal.h"

namespace lockstep {
namespace {

class ScenarioNames : public Names {
 public:
  std::string object_name(ObjectId id) const override {
    return "<Lock fork" + std::to_string(id.index) + ">";
  }
  std::string thread_name(ThreadId id) const override {
    return "<Thread T" + std::to_string(id.index) + ">";
  }
  std::string function_name(FunctionId) const override { return "<function worker>"; }
};
const ScenarioNames names;

}  // namespace

TEST_CASE("Text: handles are called by their scenario names, at any depth", "[engine][value]") {
  ValueTable values;
  const std::vector<Value> handles{object_value(ObjectId{2}), thread_value(ThreadId{1}),
                                   function_value(FunctionId{0})};
  CHECK(str(values, handles[0], names) == "<Lock fork2>");
  CHECK(repr(values, values.tuple(handles), names) ==
        "(<Lock fork2>, <Thread T1>, <function worker>)");
  CHECK(repr(values, unset_value, names) == "<unset>");
}

TEST_CASE("Text: the last line of a traceback names the class, then the text if there is one",
          "[engine][value]") {
  struct Row {
    std::string_view exception, line;
  };
  const Row row = GENERATE(values<Row>({
      {"RuntimeError('release unlocked lock')", "RuntimeError: release unlocked lock"},
      {"RuntimeError()", "RuntimeError"},
      {"RuntimeError('')", "RuntimeError"},
      {"KeyError('k')", "KeyError: 'k'"},
      {"ValueError(1, 'b')", "ValueError: (1, 'b')"},
      {"OSError(98, 'Address already in use')", "OSError: [Errno 98] Address already in use"},
      {"ValueError(KeyError('k'))", "ValueError: 'k'"},
      {"mp.TimeoutError()", "multiprocessing.context.TimeoutError"},
      {"mp.MaybeEncodingError('why', 'what')",
       "multiprocessing.pool.MaybeEncodingError: Error sending result: 'what'. Reason: 'why'"},
  }));
  ValueTable table;
  CHECK(exception_line(table, literal(table, row.exception), names) == row.line);
}

TEST_CASE("Text: what is nested too deeply or too long ends in dots, and repr() raises",
          "[engine][value]") {
  ValueTable values;
  Value deep = none_value;
  Value wide = values.string(std::string(1000, 'w'));
  for (int i = 0; i < nesting_max + 1; ++i) deep = values.list({&deep, 1});
  for (int i = 0; i < 30; ++i) wide = values.list(std::vector<Value>{wide, wide});

  CHECK(repr(values, deep, names).ends_with("..."));
  const Result too_deep = call_builtin(values, Builtin::repr_, {&deep, 1}, names);
  CHECK(too_deep.raised);
  CHECK(exception_line(values, too_deep.value, names) ==
        "RecursionError: maximum recursion depth exceeded while getting the repr of an object");

  CHECK(repr(values, wide, names).size() < text_bytes_max + 2000);
  const Result too_long = call_builtin(values, Builtin::str_, {&wide, 1}, names);
  CHECK(too_long.raised);
  CHECK(values.exception_kind(too_long.value) == ExceptionKind::memory_error);
  CHECK(to_json(values, deep, names).size() < 5000);
  CHECK(to_json(values, wide, names).size() < text_bytes_max + 5000);

  Value error = none_value;
  for (int i = 0; i < nesting_max + 1; ++i) {
    error = values.exception(ExceptionKind::os_error, std::vector<Value>{error, error});
  }
  CHECK(str(values, error, names).ends_with("..."));
}

TEST_CASE("JSON: values become the JSON that reports hold", "[engine][value]") {
  struct Row {
    std::string_view value, json;
  };
  const Row row = GENERATE(values<Row>({
      {"None", "null"},
      {"True", "true"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"1.0", "1.0"},
      {"1e+16", "1e+16"},
      {"nan", "\"nan\""},
      {"-inf", "\"-inf\""},
      {"'a\"b\\\\c\\n\\x01\\x7f\\xe9'", "\"a\\\"b\\\\c\\n\\u0001\\u007f\xc3\xa9\""},
      {"b'\\xff'", "\"b'\\\\xff'\""},
      {"[1, (2, [])]", "[1, [2, []]]"},
      {"{'a': 1, 2: None, (1, 'x'): {}}", "{\"a\": 1, \"2\": null, \"(1, 'x')\": {}}"},
      {"range(0, 3)", "\"range(0, 3)\""},
      {"ValueError('x')", "\"x\""},
      {"ValueError", "\"<class 'ValueError'>\""},
  }));
  ValueTable table;
  CAPTURE(row.value);
  CHECK(to_json(table, literal(table, row.value), names) == row.json);
  CHECK(to_json(table, thread_value(ThreadId{1}), names) == "\"<Thread T1>\"");
}

TEST_CASE("Formatting: a width beyond the limit of a text is a MemoryError", "[engine][value]") {
  ValueTable values;
  const auto kind = [&](Value value, std::string_view spec) {
    const Result result = format(values, value, spec, names);
    REQUIRE(result.raised);
    return values.exception_kind(result.value);
  };
  CHECK(kind(values.integer(1), "99999999999") == ExceptionKind::memory_error);
  CHECK(kind(values.real(1), ".999999999f") == ExceptionKind::memory_error);
  CHECK(kind(values.string("a"), "99999999999") == ExceptionKind::memory_error);
}

}  // namespace lockstep
