// Where immutable values live once (hash-consing).
//
// Two calls with the same content return the same word, so identity of words is
// identity of content. Indexes depend on the order of insertion and must never reach
// anything that is printed or sorted by.
//
// Content never moves but in forget_all_but(), and neither does what leads to it: threads may read
// values that they were handed (with the usual happens-before) while one other thread inserts.
// Inserting, size() and memory_bytes() want the caller's lock.
//
// Tested by tests/engine/value/value_table_test.cpp.
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/assert.h"
#include "engine/value/exceptions.h"
#include "engine/value/value.h"

namespace lockstep {

// Thrown by who would have to make a frozen table larger: whatever was begun must be begun again
// when it is not frozen.
struct TableIsFrozen {};

class ValueTable {
 public:
  ValueTable();
  ~ValueTable();
  ValueTable(ValueTable&&) noexcept;
  ValueTable& operator=(ValueTable&&) noexcept;

  // Requires: text is valid UTF-8; items, keys and arguments are values of this table.
  // At most 2^29 values fit. Amortised O(size of the content); views and spans returned below stay
  // valid until the table is destroyed (content never moves).
  Value integer(std::int64_t n);
  Value real(double x);  // all NaNs are one value; -0.0 and 0.0 are two
  Value string(std::string_view utf8);
  Value bytes(std::string_view content);
  Value list(std::span<const Value> items);
  Value tuple(std::span<const Value> items);
  Value dict(std::span<const Value> keys_and_values);  // even length, keys distinct under equal()
  Value range(std::int64_t start, std::int64_t stop, std::int64_t step);  // step is not 0
  Value exception(ExceptionKind kind, std::span<const Value> arguments);
  Value exception(ExceptionKind kind, std::string_view message);  // one str argument
  Value exception(ExceptionKind kind);                            // no argument: empty text
  // What a submit returns; or, with another class, what a Pool of multiprocessing does.
  enum class FutureClass : std::uint8_t {
    future,
    apply_result,
    map_result,
    imap_iterator,
    imap_unordered_iterator
  };
  Value future(ObjectId executor, std::uint32_t number, FutureClass its = FutureClass::future);

  ValueKind kind(Value value) const;
  // Whether it can be a dict's key: no list, no dict, no tuple that holds one. O(1).
  bool is_hashable(Value value) const;

  // Requires: the kind that the name says.
  std::int64_t as_integer(Value value) const;  // integer, or boolean as 0 and 1
  double as_real(Value value) const;
  std::string_view as_text(Value value) const;      // string or bytes
  bool is_ascii(Value value) const;                 // string or bytes. O(1)
  std::span<const Value> items(Value value) const;  // list, tuple, dict (alternating),
                                                    // exception (its arguments)
  struct Range {
    std::int64_t start, stop, step;
  };
  Range as_range(Value value) const;
  ExceptionKind exception_kind(Value value) const;  // exception or exception_class
  ObjectId as_object(Value value) const;
  ThreadId as_thread(Value value) const;
  ThreadId as_process(Value value) const;  // its main thread
  Connection as_connection(Value value) const;
  FunctionId as_function(Value value) const;
  struct Future {
    ObjectId executor;
    std::uint32_t number;  // in the order of submission
    FutureClass its_class;
  };
  Future as_future(Value value) const;
  // Whether it is what imap or imap_unordered of a Pool has returned.
  bool is_iterator(Value value) const;

  // Forgets every value that none of `words` names, directly or inside another: words that may
  // be Values, any others beside them. What is kept keeps its word, and its content moves. O(size).
  void forget_all_but(std::span<const std::uint32_t> words);

  // What CPython calls the classes of the objects, by their ids; "object" while nobody has said.
  void set_object_classes(std::vector<std::string_view> names);
  std::string_view object_class(Value object) const;

  // While it is frozen any number of threads may use it. What it does not have yet throws
  // TableIsFrozen.
  void freeze(bool frozen);

  // A stored value as bytes, for a copy of the table elsewhere: there the same contents, stored in
  // the order of their indexes, are the same words.
  struct Content {
    ValueKind kind;
    ExceptionKind exception;  // of an exception
    std::span<const std::byte> bytes;
  };
  // Requires: index < size(), and nothing has been forgotten. Valid as a view is.
  Content content(std::uint32_t index) const;
  // Stores it under this index. False: it is no content of a value, or belongs elsewhere.
  // `is_value`: whether an item is a value there is; those of this table must have lower indexes.
  template <class IsValue>
  bool restore(std::uint32_t index, const Content& content, IsValue is_value) {
    const std::optional<std::span<const Value>> items = items_of(content);
    if (!items) return false;
    for (const Value item : *items) {
      if (is_indexed(item) ? value_detail::payload_of(item) >= index : !is_value(item))
        return false;
    }
    return put_back(index, content, *items);
  }

  std::size_t size() const;          // values stored
  std::size_t memory_bytes() const;  // what they and the index take, spare room included

 private:
  struct Entry {
    union {
      std::int64_t integer;
      double real;
      const void* content;  // chars, Values or a Range
    };
    std::uint32_t size;  // bytes of a text, else number of items
    ValueKind kind;
    ExceptionKind exception;  // of an exception
    bool ascii;               // of a text
    bool hashable;
  };
  static_assert(sizeof(Entry) == 16, "entries are what a value costs beside its content");

  // Block k holds first_block << k entries, so that a fixed array of blocks reaches them all.
  static constexpr unsigned first_block_bits = 8;
  static constexpr unsigned index_bits = 32 - value_detail::tag_bits;
  static constexpr std::size_t blocks_max = index_bits - first_block_bits + 1;

  struct Place {
    std::size_t block, offset;
  };
  static Place place(std::uint32_t index) {
    const std::uint32_t shifted = index + (1U << first_block_bits);
    const auto block = static_cast<unsigned>(std::bit_width(shifted >> (first_block_bits + 1)));
    return {block, shifted - (1U << (block + first_block_bits))};
  }
  const Entry& entry(std::uint32_t index) const {
    const Place at = place(index);
    return blocks_[at.block][at.offset];
  }
  const Entry& entry(Value value) const { return entry(value_detail::payload_of(value)); }
  static bool is_indexed(Value value) {
    return value_detail::tag_of(value) == value_detail::tag_indexed;
  }

  static std::optional<std::span<const Value>> items_of(const Content& content);
  bool put_back(std::uint32_t index, const Content& content, std::span<const Value> items);

  // `content` is copied; its bytes are an integer, a double, a Range, Values or text.
  Value intern(ValueKind kind, ExceptionKind exception, const void* content, std::size_t bytes);

  struct Store;  // the index and the memory of texts and items
  std::array<std::unique_ptr<Entry[]>, blocks_max> blocks_;
  std::unique_ptr<Store> store_;
  std::vector<std::string_view> object_classes_;
};

inline ValueKind ValueTable::kind(Value value) const {
  constexpr std::array<ValueKind, 8> by_tag{
      ValueKind::unset,    ValueKind::integer, ValueKind::object,          ValueKind::thread,
      ValueKind::function, ValueKind::unset,   ValueKind::exception_class, ValueKind::connection};
  if (is_indexed(value)) return entry(value).kind;
  if (value_detail::tag_of(value) != value_detail::tag_constant) {
    return by_tag[value_detail::tag_of(value)];
  }
  if (value == none_value) return ValueKind::none;
  if (value == unset_value) return ValueKind::unset;
  return value_detail::payload_of(value) < value_detail::first_process ? ValueKind::boolean
                                                                       : ValueKind::process;
}

inline bool ValueTable::is_hashable(Value value) const {
  return !is_indexed(value) || entry(value).hashable;
}

inline std::int64_t ValueTable::as_integer(Value value) const {
  if (is_small_integer(value)) return small_integer(value);
  if (value == true_value) return 1;
  if (value == false_value) return 0;
  LOCKSTEP_ASSERT(kind(value) == ValueKind::integer, "as_integer takes an int or a bool");
  return entry(value).integer;
}

inline double ValueTable::as_real(Value value) const {
  LOCKSTEP_ASSERT(kind(value) == ValueKind::real, "as_real takes a float");
  return entry(value).real;
}

inline std::string_view ValueTable::as_text(Value value) const {
  LOCKSTEP_ASSERT(kind(value) == ValueKind::string || kind(value) == ValueKind::bytes,
                  "as_text takes a str or bytes");
  return {static_cast<const char*>(entry(value).content), entry(value).size};
}

inline bool ValueTable::is_ascii(Value value) const {
  LOCKSTEP_ASSERT(is_indexed(value), "is_ascii takes a str or bytes");
  return entry(value).ascii;
}

inline std::span<const Value> ValueTable::items(Value value) const {
  const ValueKind k = kind(value);
  LOCKSTEP_ASSERT(k == ValueKind::list || k == ValueKind::tuple || k == ValueKind::dict ||
                      k == ValueKind::exception,
                  "items takes a list, tuple, dict or exception");
  return {static_cast<const Value*>(entry(value).content), entry(value).size};
}

inline Value ValueTable::integer(std::int64_t n) {
  if (n >= small_integer_min && n <= small_integer_max) return small_integer_value(n);
  return intern(ValueKind::integer, {}, &n, sizeof n);
}

}  // namespace lockstep
