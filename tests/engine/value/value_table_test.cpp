// engine/value/value_table.h, and the words of engine/value/value.h.
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "engine/value/value_table.h"

namespace lockstep {
namespace {

constexpr std::int64_t int_min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t int_max = std::numeric_limits<std::int64_t>::max();

}  // namespace

TEST_CASE("ValueTable: equal content is one word", "[engine][value]") {
  ValueTable values;
  const std::vector<Value> items{values.string("a"), values.integer(int_max), none_value};
  CHECK(values.string("a") == items[0]);
  CHECK(values.integer(int_max) == items[1]);
  CHECK(values.bytes("a") == values.bytes("a"));
  CHECK(values.real(1.5) == values.real(1.5));
  CHECK(values.list(items) == values.list(items));
  CHECK(values.tuple(items) == values.tuple(items));
  CHECK(values.range(0, 3, 1) == values.range(0, 3, 1));
  CHECK(values.dict({}) == values.dict({}));
  CHECK(values.exception(ExceptionKind::key_error, items) ==
        values.exception(ExceptionKind::key_error, items));
  CHECK(values.exception(ExceptionKind::value_error, "x") ==
        values.exception(ExceptionKind::value_error, "x"));
}

TEST_CASE("ValueTable: the same bytes under another kind are another word", "[engine][value]") {
  ValueTable values;
  const std::vector<Value> items{true_value, false_value};
  const std::vector<Value> words{values.string("ab"),
                                 values.bytes("ab"),
                                 values.list(items),
                                 values.tuple(items),
                                 values.dict(items),
                                 values.exception(ExceptionKind::value_error, items),
                                 values.exception(ExceptionKind::key_error, items),
                                 values.string(""),
                                 values.bytes(""),
                                 values.list({}),
                                 values.tuple({}),
                                 values.dict({}),
                                 values.exception(ExceptionKind::value_error)};
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) CHECK(words[i] != words[j]);
  }
}

TEST_CASE("ValueTable: 1, 1.0 and True are three values", "[engine][value]") {
  ValueTable values;
  CHECK(values.integer(1) != values.real(1));
  CHECK(values.integer(1) != true_value);
  CHECK(values.real(1) != true_value);
}

TEST_CASE("ValueTable: an integer keeps its value whatever its width", "[engine][value]") {
  const auto n = GENERATE(
      values<std::int64_t>({0, 1, -1, small_integer_min, small_integer_max, small_integer_min - 1,
                            small_integer_max + 1, std::int64_t{1} << 31, int_min, int_max}));
  ValueTable table;
  CAPTURE(n);
  const Value value = table.integer(n);
  CHECK(table.kind(value) == ValueKind::integer);
  CHECK(table.as_integer(value) == n);
  CHECK(is_small_integer(value) == (n >= small_integer_min && n <= small_integer_max));
}

TEST_CASE("ValueTable: small integers and constants take no room", "[engine][value]") {
  ValueTable values;
  values.integer(small_integer_min);
  values.integer(small_integer_max);
  CHECK(values.size() == 0);
  values.integer(small_integer_max + 1);
  CHECK(values.size() == 1);
}

TEST_CASE("ValueTable: the zeros are two floats and the NaNs are one", "[engine][value]") {
  ValueTable values;
  CHECK(values.real(0.0) != values.real(-0.0));
  CHECK(std::signbit(values.as_real(values.real(-0.0))));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(values.real(nan) == values.real(-nan));
  CHECK(values.real(nan) == values.real(std::nan("7")));
  CHECK(std::isnan(values.as_real(values.real(nan))));
}

TEST_CASE("ValueTable: words without an entry have their kind and content", "[engine][value]") {
  const ValueTable values;
  CHECK(values.kind(none_value) == ValueKind::none);
  CHECK(values.kind(true_value) == ValueKind::boolean);
  CHECK(values.kind(false_value) == ValueKind::boolean);
  CHECK(values.kind(unset_value) == ValueKind::unset);
  CHECK(values.as_integer(true_value) == 1);
  CHECK(values.as_integer(false_value) == 0);
  CHECK(values.kind(object_value(ObjectId{7})) == ValueKind::object);
  CHECK(values.as_object(object_value(ObjectId{7})) == ObjectId{7});
  CHECK(values.kind(thread_value(ThreadId{7})) == ValueKind::thread);
  CHECK(values.as_thread(thread_value(ThreadId{7})) == ThreadId{7});
  CHECK(values.kind(function_value(FunctionId{7})) == ValueKind::function);
  CHECK(values.as_function(function_value(FunctionId{7})) == FunctionId{7});
  const Value key_error = exception_class_value(ExceptionKind::key_error);
  CHECK(values.kind(key_error) == ValueKind::exception_class);
  CHECK(values.exception_kind(key_error) == ExceptionKind::key_error);
}

TEST_CASE("ValueTable: content comes back as it was put in", "[engine][value]") {
  ValueTable values;
  const std::string with_nul("a\0\xc3\xa9", 4);
  const std::vector<Value> items{values.string(with_nul), values.real(0.5), none_value,
                                 values.bytes("\xff")};
  CHECK(values.as_text(items[0]) == with_nul);
  CHECK(values.as_text(items[3]) == "\xff");
  for (const Value container : {values.list(items), values.tuple(items), values.dict(items),
                                values.exception(ExceptionKind::os_error, items)}) {
    const auto stored = values.items(container);
    CHECK(std::vector<Value>(stored.begin(), stored.end()) == items);
  }
  const ValueTable::Range range = values.as_range(values.range(int_min, int_max, -3));
  CHECK(range.start == int_min);
  CHECK(range.stop == int_max);
  CHECK(range.step == -3);
  const Value error = values.exception(ExceptionKind::index_error, "list index out of range");
  CHECK(values.kind(error) == ValueKind::exception);
  CHECK(values.exception_kind(error) == ExceptionKind::index_error);
  CHECK(values.as_text(values.items(error)[0]) == "list index out of range");
}

TEST_CASE("ValueTable: ASCII is told from other text", "[engine][value]") {
  ValueTable values;
  CHECK(values.is_ascii(values.string("")));
  CHECK(values.is_ascii(values.string("eight chars and more\x7f")));
  CHECK_FALSE(values.is_ascii(values.string("seven..\xc3\xa9")));
  CHECK_FALSE(values.is_ascii(values.string("twelve chars\xc3\xa9")));
  CHECK_FALSE(values.is_ascii(values.bytes("\x80")));
}

TEST_CASE("ValueTable: a tuple is hashable unless something in it is not", "[engine][value]") {
  ValueTable values;
  const Value list = values.list({});
  const Value number = values.integer(int_max);
  const Value with_list = values.tuple({&list, 1});
  CHECK(values.is_hashable(number));
  CHECK(values.is_hashable(none_value));
  CHECK(values.is_hashable(values.tuple({&number, 1})));
  CHECK(values.is_hashable(values.exception(ExceptionKind::value_error, {&list, 1})));
  CHECK_FALSE(values.is_hashable(list));
  CHECK_FALSE(values.is_hashable(values.dict({})));
  CHECK_FALSE(values.is_hashable(with_list));
  CHECK_FALSE(values.is_hashable(values.tuple({&with_list, 1})));
}

TEST_CASE("ValueTable: content never moves and words stay valid while it grows",
          "[engine][value]") {
  ValueTable values;
  const Value text = values.string("stays");
  const Value tuple = values.tuple({&text, 1});
  const char* const text_at = values.as_text(text).data();
  const Value* const items_at = values.items(tuple).data();

  constexpr std::int64_t many = 200'000;  // past several doublings of blocks and index
  std::vector<Value> numbers;
  for (std::int64_t i = 0; i < many; ++i) numbers.push_back(values.integer(int_max - i));
  for (std::int64_t i = 0; i < 1000; ++i) values.string(std::string(1000, 'x') + std::to_string(i));

  CHECK(values.as_text(text).data() == text_at);
  CHECK(values.items(tuple).data() == items_at);
  CHECK(values.size() == static_cast<std::size_t>(many) + 1000 + 2);
  bool all_found = true;
  for (std::int64_t i = 0; i < many; ++i) {
    const Value number = numbers[static_cast<std::size_t>(i)];
    all_found = all_found && values.as_integer(number) == int_max - i &&
                values.integer(int_max - i) == number;
  }
  CHECK(all_found);
}

TEST_CASE("ValueTable: a moved table keeps its words", "[engine][value]") {
  ValueTable first;
  const Value text = first.string("text");
  ValueTable second = std::move(first);
  CHECK(second.as_text(text) == "text");
  CHECK(second.string("text") == text);
  ValueTable third;
  third.string("other");
  third = std::move(second);
  CHECK(third.as_text(text) == "text");
  CHECK(third.size() == 1);
}

TEST_CASE("ValueTable: memory_bytes covers the entries, their content and the index",
          "[engine][value]") {
  ValueTable values;
  const std::size_t empty = values.memory_bytes();
  const std::string megabyte(1 << 20, 'm');
  values.string(megabyte);
  const std::size_t with_text = values.memory_bytes();
  CHECK(with_text >= empty + megabyte.size());
  values.string(megabyte);
  CHECK(values.memory_bytes() == with_text);

  // An entry is 16 bytes and a slot 8, of which at most three quarters are taken.
  constexpr std::size_t many = 100'000;
  for (std::size_t i = 0; i < many; ++i) values.real(static_cast<double>(i));
  const std::size_t grown = values.memory_bytes() - with_text;
  CHECK(grown >= many * (16 + 8 * 4 / 3));
  CHECK(grown <= 3 * many * (16 + 8 * 4 / 3));
}

TEST_CASE("ValueTable: other threads may read what they were handed while one inserts",
          "[engine][value]") {
  ValueTable values;
  std::vector<Value> texts;
  for (int i = 0; i < 100; ++i) texts.push_back(values.string("text " + std::to_string(i)));
  const Value tuple = values.tuple(texts);
  std::size_t bytes = 0;
  std::thread reader([&] {
    for (int round = 0; round < 1000; ++round) {
      for (const Value text : values.items(tuple)) bytes += values.as_text(text).size();
    }
  });
  for (std::int64_t i = 0; i < 20'000; ++i) values.integer(int_max - i);
  reader.join();
  CHECK(bytes == 1000 * (10 * 6 + 90 * 7));  // "text 0" to "text 9", "text 10" to "text 99"
}

}  // namespace lockstep
