// engine/value/builtins.h: the tables. What the functions compute is compared with Python in
// cases_test.cpp.
#include <catch2/catch.hpp>

#include <limits>
#include <string>
#include <vector>

#include "engine/value/arithmetic.h"
#include "engine/value/builtins.h"
#include "engine/value/text.h"
#include "tests/engine/value/literal.h"

namespace lockstep {
namespace {

class LockNames : public Names {
 public:
  std::string object_name(ObjectId) const override { return "<Lock mutexA>"; }
  std::string thread_name(ThreadId) const override { return "<Thread T1>"; }
  std::string function_name(FunctionId) const override { return "<function f>"; }
};
const LockNames names;

std::string shown(const ValueTable& values, const Result& result) {
  return result.raised ? exception_line(values, result.value, names)
                       : repr(values, result.value, names);
}

}  // namespace

TEST_CASE("Built-in functions: each is found by its name", "[engine][value]") {
  for (const BuiltinRow& row : builtin_rows()) {
    CAPTURE(row.name);
    const auto builtin = builtin_named(row.name);
    REQUIRE(builtin.has_value());
    CHECK(builtin_name(*builtin) == row.name);
    CHECK(row.arguments_min >= 0);
    CHECK((row.arguments_max == -1 || row.arguments_max >= row.arguments_min));
    CHECK_FALSE(row.help.empty());
  }
  CHECK_FALSE(builtin_named("print").has_value());
}

TEST_CASE("Methods: each is found by its name", "[engine][value]") {
  for (const std::string_view name : method_names()) {
    CAPTURE(name);
    REQUIRE(method_named(name).has_value());
    CHECK(method_name(*method_named(name)) == name);
  }
  CHECK_FALSE(method_named("append").has_value());
}

TEST_CASE("Methods: a handle has none of them", "[engine][value]") {
  ValueTable values;
  CHECK(shown(values, call_method(values, Method::upper_, object_value(ObjectId{0}), {}, names)) ==
        "AttributeError: 'object' object has no attribute 'upper'");
}

TEST_CASE("Built-in functions: handles are written by their names", "[engine][value]") {
  ValueTable values;
  const Value lock = object_value(ObjectId{0});
  const Value list = values.list({&lock, 1});
  CHECK(shown(values, call_builtin(values, Builtin::str_, {&list, 1}, names)) ==
        "'[<Lock mutexA>]'");
  CHECK(shown(values, call_method(values, Method::format_, values.string("{:>14}|{!r}"),
                                  std::vector<Value>{values.string("x"), lock}, names)) ==
        "'             x|<Lock mutexA>'");
  CHECK(shown(values, call_method(values, Method::index_, values.list({}), {&lock, 1}, names)) ==
        "ValueError: <Lock mutexA> is not in list");
}

TEST_CASE("Built-in functions: a list as long as a huge range is a MemoryError",
          "[engine][value]") {
  ValueTable values;
  const Value range = values.range(0, std::numeric_limits<std::int64_t>::max(), 1);
  for (const Builtin builtin : {Builtin::list_, Builtin::tuple_, Builtin::sorted_, Builtin::sum_,
                                Builtin::max_, Builtin::enumerate_, Builtin::zip_}) {
    CAPTURE(builtin_name(builtin));
    const Result result = call_builtin(values, builtin, {&range, 1}, names);
    REQUIRE(result.raised);
    CHECK(values.exception_kind(result.value) == ExceptionKind::memory_error);
  }
  CHECK(shown(values, call_builtin(values, Builtin::len_, {&range, 1}, names)) ==
        "9223372036854775807");
}

TEST_CASE("sorted(): equal items keep their order, however many there are", "[engine][value]") {
  // Equal under ==, and told apart by their words: 0, 0.0, -0.0 and False.
  const auto count = GENERATE(values<std::size_t>({10, 63, 64, 100, 1000, 4097}));
  ValueTable table;
  CAPTURE(count);
  const std::vector<Value> zeros{table.integer(0), table.real(0.0), table.real(-0.0), false_value};
  std::vector<Value> items;
  std::vector<Value> expected;
  for (std::size_t i = 0; i < count; ++i) {
    items.push_back(i % 3 == 0 ? table.integer(-static_cast<std::int64_t>(i) - 1) : zeros[i % 4]);
  }
  for (std::size_t i = count; i-- > 0;) {
    if (i % 3 == 0) expected.push_back(items[i]);  // falling negative numbers, so from the back
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (i % 3 != 0) expected.push_back(items[i]);
  }
  const Value list = table.list(items);
  const Result sorted = call_builtin(table, Builtin::sorted_, {&list, 1}, names);
  REQUIRE_FALSE(sorted.raised);
  CHECK(sorted.value == table.list(expected));
}

TEST_CASE("sorted(): items without an order raise, also in long lists", "[engine][value]") {
  const auto count = GENERATE(values<std::size_t>({2, 63, 64, 500}));
  const auto odd_one = GENERATE(values<std::size_t>({0, 1}));
  ValueTable table;
  std::vector<Value> items(count, table.integer(3));
  items[odd_one == 0 ? 0 : count - 1] = table.string("a");
  const Value list = table.list(items);
  const Result sorted = call_builtin(table, Builtin::sorted_, {&list, 1}, names);
  REQUIRE(sorted.raised);
  CHECK(table.exception_kind(sorted.value) == ExceptionKind::type_error);
}

TEST_CASE("chr(): a surrogate has no str", "[engine][value]") {
  ValueTable values;
  const Value surrogate = values.integer(0xd800);
  CHECK(shown(values, call_builtin(values, Builtin::chr_, {&surrogate, 1}, names)) ==
        "ValueError: chr() arg is a surrogate, which lockstep has no str for");
}

}  // namespace lockstep
