// engine/value/heap.cpp: the order in which items come out, and what an exception leaves behind.
// tests/conformance/primitives_test.py compares longer series with CPython's heapq.
#include "engine/value/heap.h"

#include <catch2/catch.hpp>
#include <string>

#include "engine/value/text.h"

using namespace lockstep;

namespace {

class NoNames : public Names {
  std::string object_name(ObjectId) const override { return "object"; }
  std::string thread_name(ThreadId) const override { return "thread"; }
  std::string function_name(FunctionId) const override { return "function"; }
};
const NoNames names;

std::string taken_out(ValueTable& values, std::vector<Value>& heap) {
  std::string text;
  while (!heap.empty()) {
    const Result item = heap_pop(values, heap);
    text += (text.empty() ? "" : " ") + (item.raised ? "!" : repr(values, item.value, names));
  }
  return text;
}

TEST_CASE("heap: items come out smallest first, equal ones as in heapq", "[engine][value][heap]") {
  ValueTable values;
  const Value one = values.integer(1);
  const Value real = values.real(1);
  struct Row {
    std::vector<Value> items;
    const char* taken_out;
  };
  // Of four equal items a b c d the last goes to the root when a is taken, past c, which is not
  // less than b and so the child that rises: a c b d.
  const std::vector<Row> rows{
      {{}, ""},
      {{one}, "1"},
      {{values.integer(3), one, values.integer(2)}, "1 2 3"},
      {{values.integer(5), values.integer(4), values.integer(3), values.integer(2), one},
       "1 2 3 4 5"},
      {{one, real, true_value, one}, "1 True 1.0 1"},
  };
  for (const Row& row : rows) {
    std::vector<Value> heap;
    for (const Value item : row.items) CHECK_FALSE(heap_push(values, heap, item).has_value());
    CHECK(taken_out(values, heap) == row.taken_out);
  }
}

TEST_CASE("heap: an item that cannot be compared goes in, and is lost when it comes to that",
          "[engine][value][heap]") {
  ValueTable values;
  std::vector<Value> heap;
  const Value text = values.string("a");
  CHECK_FALSE(heap_push(values, heap, values.integer(1)).has_value());
  const std::optional<Value> raised = heap_push(values, heap, text);
  REQUIRE(raised.has_value());
  CHECK(exception_line(values, *raised, names) ==
        "TypeError: '<' not supported between instances of 'str' and 'int'");
  CHECK(heap == std::vector<Value>{values.integer(1), text});
  CHECK_FALSE(heap_push(values, heap, none_value) == std::nullopt);
  // To take out the 1, None is brought to the root and compared with 'a': the 1 is lost.
  CHECK(taken_out(values, heap) == "! 'a' None");
}

}  // namespace
