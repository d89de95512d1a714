// Entries of 16 bytes in blocks that double, content in an arena of pages, and an index
// with open addressing (linear probing, at most three quarters full) of index and hash.
// A value is compared as bytes: its kind, its exception kind and its content.
#include "engine/value/value_table.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "engine/value/os_error.h"
#include "engine/value/unicode.h"

namespace lockstep {
namespace {

constexpr std::size_t page_bytes = 64 * 1024;
constexpr std::size_t slots_min = 256;

// Memory that is given out in pieces and back as a whole.
class Arena {
 public:
  // Aligned for an int64_t.
  char* allocate(std::size_t bytes) {
    bytes = (bytes + 7) / 8 * 8;
    if (bytes > left_) {
      // What is large gets a page of its own, so that the rest of this one is not lost.
      if (bytes > page_bytes / 4) return new_page(bytes);
      next_ = new_page(page_bytes);
      left_ = page_bytes;
    }
    char* const piece = next_;
    next_ += bytes;
    left_ -= bytes;
    return piece;
  }
  std::size_t memory_bytes() const { return bytes_ + pages_.capacity() * sizeof pages_[0]; }

 private:
  char* new_page(std::size_t bytes) {
    pages_.push_back(std::make_unique_for_overwrite<std::int64_t[]>(bytes / 8));
    bytes_ += bytes;
    return reinterpret_cast<char*>(pages_.back().get());
  }
  std::vector<std::unique_ptr<std::int64_t[]>> pages_;
  std::size_t bytes_ = 0;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

struct Slot {
  std::uint32_t hash = 0;
  std::uint32_t index_plus_1 = 0;  // 0: free
};

}  // namespace

struct ValueTable::Store {
  std::uint32_t size = 0;                // indexes that were given out, those below included
  std::vector<std::uint32_t> forgotten;  // indexes to be given out again
  std::size_t blocks_bytes = 0;
  bool frozen = false;
  std::vector<Slot> slots = std::vector<Slot>(slots_min);  // a power of two
  Arena arena;

  void grow_index() {
    std::vector<Slot> old(slots.size() * 2);
    old.swap(slots);
    for (const Slot& slot : old) {
      if (slot.index_plus_1 != 0) free_slot(slot.hash) = slot;
    }
  }
  Slot& free_slot(std::uint32_t hash) {
    const std::size_t mask = slots.size() - 1;
    std::size_t at = hash & mask;
    while (slots[at].index_plus_1 != 0) at = (at + 1) & mask;
    return slots[at];
  }
};

ValueTable::ValueTable() : store_(std::make_unique<Store>()) {}
ValueTable::~ValueTable() = default;
ValueTable::ValueTable(ValueTable&&) noexcept = default;
ValueTable& ValueTable::operator=(ValueTable&&) noexcept = default;

namespace {

bool is_scalar(ValueKind kind) { return kind == ValueKind::integer || kind == ValueKind::real; }

std::size_t unit_bytes(ValueKind kind) {
  switch (kind) {
    case ValueKind::string:
    case ValueKind::bytes:
      return 1;
    case ValueKind::list:
    case ValueKind::tuple:
    case ValueKind::dict:
    case ValueKind::exception:
    case ValueKind::future:
      return sizeof(Value);
    case ValueKind::range:
      return sizeof(ValueTable::Range);
    case ValueKind::integer:
    case ValueKind::real:
      return 8;
    case ValueKind::none:
    case ValueKind::boolean:
    case ValueKind::object:
    case ValueKind::thread:
    case ValueKind::process:
    case ValueKind::connection:
    case ValueKind::function:
    case ValueKind::exception_class:
    case ValueKind::unset:
      break;
  }
  LOCKSTEP_ASSERT(false, "this kind is coded in the word and not stored");
  return 0;
}

}  // namespace

Value ValueTable::intern(ValueKind kind, ExceptionKind exception, const void* content,
                         std::size_t bytes) {
  const auto seed = (static_cast<unsigned>(exception) << 8) | static_cast<unsigned>(kind);
  const auto hash = static_cast<std::uint32_t>(XXH3_64bits_withSeed(content, bytes, seed));
  const std::size_t count = bytes / unit_bytes(kind);

  Store& store = *store_;
  std::size_t mask = store.slots.size() - 1;
  for (std::size_t at = hash & mask; store.slots[at].index_plus_1 != 0; at = (at + 1) & mask) {
    const Slot& slot = store.slots[at];
    if (slot.hash != hash) continue;
    const std::uint32_t index = slot.index_plus_1 - 1;
    const Entry& there = entry(index);
    if (there.kind != kind || there.exception != exception || there.size != count) continue;
    const void* const stored = is_scalar(kind) ? &there.integer : there.content;
    if (bytes != 0 && std::memcmp(stored, content, bytes) != 0) continue;
    return value_detail::make(value_detail::tag_indexed, index);
  }

  if (store.frozen) throw TableIsFrozen();
  const bool is_new = store.forgotten.empty();
  const std::uint32_t index = is_new ? store.size : store.forgotten.back();
  LOCKSTEP_ASSERT(index < (1U << index_bits), "the table holds no more values than words can name");
  LOCKSTEP_ASSERT(count <= std::numeric_limits<std::uint32_t>::max(),
                  "arithmetic.h bounds what a single value may hold");
  const Place at = place(index);
  if (is_new && at.offset == 0) {
    const std::size_t entries = std::size_t{1} << (at.block + first_block_bits);
    blocks_[at.block] = std::make_unique_for_overwrite<Entry[]>(entries);
    store.blocks_bytes += entries * sizeof(Entry);
  }

  Entry fresh{};
  fresh.size = static_cast<std::uint32_t>(count);
  fresh.kind = kind;
  fresh.exception = exception;
  fresh.hashable = kind != ValueKind::list && kind != ValueKind::dict;
  if (is_scalar(kind)) {
    std::memcpy(&fresh.integer, content, bytes);
  } else {
    char* const kept = store.arena.allocate(bytes);
    if (bytes != 0) std::memcpy(kept, content, bytes);
    fresh.content = kept;
  }
  if (kind == ValueKind::string || kind == ValueKind::bytes) {
    const std::string_view text{static_cast<const char*>(fresh.content), bytes};
    fresh.ascii = is_all_ascii(text);
    LOCKSTEP_ASSERT(kind == ValueKind::bytes || fresh.ascii || is_valid_utf8(text),
                    "a str is valid UTF-8");
  }
  if (kind == ValueKind::tuple) {
    const auto* const items = static_cast<const Value*>(fresh.content);
    fresh.hashable =
        std::all_of(items, items + count, [this](Value item) { return is_hashable(item); });
  }
  blocks_[at.block][at.offset] = fresh;

  if (is_new) {
    ++store.size;
  } else {
    store.forgotten.pop_back();
  }
  if ((store.size - store.forgotten.size()) * 4 > store.slots.size() * 3) store.grow_index();
  store.free_slot(hash) = {hash, index + 1};
  return value_detail::make(value_detail::tag_indexed, index);
}

Value ValueTable::real(double x) {
  if (std::isnan(x)) x = std::numeric_limits<double>::quiet_NaN();
  return intern(ValueKind::real, {}, &x, sizeof x);
}
Value ValueTable::string(std::string_view utf8) {
  return intern(ValueKind::string, {}, utf8.data(), utf8.size());
}
Value ValueTable::bytes(std::string_view content) {
  return intern(ValueKind::bytes, {}, content.data(), content.size());
}
Value ValueTable::list(std::span<const Value> items) {
  return intern(ValueKind::list, {}, items.data(), items.size_bytes());
}
Value ValueTable::tuple(std::span<const Value> items) {
  return intern(ValueKind::tuple, {}, items.data(), items.size_bytes());
}
Value ValueTable::dict(std::span<const Value> keys_and_values) {
  LOCKSTEP_ASSERT(keys_and_values.size() % 2 == 0, "a dict has a value for each key");
  return intern(ValueKind::dict, {}, keys_and_values.data(), keys_and_values.size_bytes());
}
Value ValueTable::range(std::int64_t start, std::int64_t stop, std::int64_t step) {
  LOCKSTEP_ASSERT(step != 0, "range() raises ValueError for a step of 0");
  const Range range{start, stop, step};
  return intern(ValueKind::range, {}, &range, sizeof range);
}
Value ValueTable::exception(ExceptionKind kind, std::span<const Value> arguments) {
  const bool has_number = kind == ExceptionKind::os_error && arguments.size() >= 2 &&
                          arguments.size() <= 5 &&
                          (this->kind(arguments[0]) == ValueKind::integer ||
                           this->kind(arguments[0]) == ValueKind::boolean);
  if (has_number) kind = os_error_of(as_integer(arguments[0]));
  return intern(ValueKind::exception, kind, arguments.data(), arguments.size_bytes());
}
Value ValueTable::exception(ExceptionKind kind, std::string_view message) {
  const Value argument = string(message);
  return exception(kind, std::span(&argument, 1));
}
Value ValueTable::exception(ExceptionKind kind) {
  return exception(kind, std::span<const Value>());
}

Value ValueTable::future(ObjectId executor, std::uint32_t number, FutureClass its) {
  const std::array<Value, 3> content{object_value(executor), integer(number),
                                     integer(static_cast<std::int64_t>(its))};
  return intern(ValueKind::future, {}, content.data(), sizeof content);
}

ValueTable::Range ValueTable::as_range(Value value) const {
  LOCKSTEP_ASSERT(kind(value) == ValueKind::range, "as_range takes a range");
  return *static_cast<const Range*>(entry(value).content);
}

ExceptionKind ValueTable::exception_kind(Value value) const {
  if (value_detail::tag_of(value) == value_detail::tag_exception_class) {
    return static_cast<ExceptionKind>(value_detail::payload_of(value));
  }
  LOCKSTEP_ASSERT(kind(value) == ValueKind::exception,
                  "exception_kind takes an exception or its class");
  return entry(value).exception;
}

ObjectId ValueTable::as_object(Value value) const {
  LOCKSTEP_ASSERT(kind(value) == ValueKind::object, "as_object takes an object");
  return {value_detail::payload_of(value)};
}
ThreadId ValueTable::as_thread(Value value) const {
  LOCKSTEP_ASSERT(kind(value) == ValueKind::thread, "as_thread takes a thread");
  return {value_detail::payload_of(value)};
}
ThreadId ValueTable::as_process(Value value) const {
  LOCKSTEP_ASSERT(kind(value) == ValueKind::process, "as_process takes a process");
  return *thread_of_handle(value);
}
Connection ValueTable::as_connection(Value value) const {
  LOCKSTEP_ASSERT(kind(value) == ValueKind::connection, "as_connection takes a connection");
  const std::uint32_t payload = value_detail::payload_of(value);
  return {{payload >> (connection_number_bits + 1)},
          (payload >> 1) & (connections_max - 1),
          (payload & 1U) != 0};
}
FunctionId ValueTable::as_function(Value value) const {
  LOCKSTEP_ASSERT(kind(value) == ValueKind::function, "as_function takes a function");
  return {value_detail::payload_of(value)};
}
ValueTable::Future ValueTable::as_future(Value value) const {
  LOCKSTEP_ASSERT(kind(value) == ValueKind::future, "as_future takes a future");
  const auto* const content = static_cast<const Value*>(entry(value).content);
  return {as_object(content[0]), static_cast<std::uint32_t>(as_integer(content[1])),
          static_cast<FutureClass>(as_integer(content[2]))};
}

bool ValueTable::is_iterator(Value value) const {
  return kind(value) == ValueKind::future &&
         as_future(value).its_class >= FutureClass::imap_iterator;
}

void ValueTable::forget_all_but(std::span<const std::uint32_t> words) {
  Store& store = *store_;
  std::vector<bool> kept(store.size);
  std::vector<Value> open;
  const auto keep = [&](Value value) {
    const std::uint32_t index = value_detail::payload_of(value);
    if (!is_indexed(value) || index >= store.size || kept[index]) return;
    kept[index] = true;
    open.push_back(value);
  };
  for (const std::uint32_t index : store.forgotten) kept[index] = true;  // has no content
  for (const std::uint32_t word : words) keep({word});
  while (!open.empty()) {
    const Value value = open.back();
    open.pop_back();
    const ValueKind kind = entry(value).kind;
    if (kind == ValueKind::list || kind == ValueKind::tuple || kind == ValueKind::dict ||
        kind == ValueKind::exception) {
      for (const Value item : items(value)) keep(item);
    }
  }
  for (const std::uint32_t index : store.forgotten) kept[index] = false;

  Arena arena;
  std::vector<Slot> old(std::max<std::size_t>(slots_min, store.slots.size()));
  old.swap(store.slots);
  store.forgotten.clear();
  for (const Slot& slot : old) {
    if (slot.index_plus_1 == 0 || !kept[slot.index_plus_1 - 1]) continue;
    store.free_slot(slot.hash) = slot;
  }
  for (std::uint32_t index = store.size; index-- > 0;) {
    if (!kept[index]) {
      store.forgotten.push_back(index);
      continue;
    }
    const Place at = place(index);
    Entry& entry = blocks_[at.block][at.offset];
    if (is_scalar(entry.kind)) continue;
    const std::size_t bytes = entry.size * unit_bytes(entry.kind);
    char* const moved = arena.allocate(bytes);
    if (bytes != 0) std::memcpy(moved, entry.content, bytes);
    entry.content = moved;
  }
  store.arena = std::move(arena);
}

ValueTable::Content ValueTable::content(std::uint32_t index) const {
  LOCKSTEP_ASSERT(store_->forgotten.empty() && index < store_->size,
                  "a content that is asked for is stored");
  const Entry& its = entry(index);
  const void* const stored = is_scalar(its.kind) ? &its.integer : its.content;
  return {its.kind,
          its.exception,
          {static_cast<const std::byte*>(stored), its.size * unit_bytes(its.kind)}};
}

// Nothing: the bytes are none of this kind.
std::optional<std::span<const Value>> ValueTable::items_of(const Content& content) {
  switch (content.kind) {
    case ValueKind::string:
    case ValueKind::bytes:
    case ValueKind::integer:
    case ValueKind::real:
    case ValueKind::range:
      return content.exception == ExceptionKind{} &&
                     content.bytes.size() % unit_bytes(content.kind) == 0
                 ? std::optional(std::span<const Value>())
                 : std::nullopt;
    case ValueKind::list:
    case ValueKind::tuple:
    case ValueKind::dict:
    case ValueKind::exception:
    case ValueKind::future:
      if (content.bytes.size() % sizeof(Value) != 0) return std::nullopt;
      if (content.kind != ValueKind::exception && content.exception != ExceptionKind{}) {
        return std::nullopt;
      }
      return std::span(reinterpret_cast<const Value*>(content.bytes.data()),
                       content.bytes.size() / sizeof(Value));
    case ValueKind::none:
    case ValueKind::boolean:
    case ValueKind::object:
    case ValueKind::thread:
    case ValueKind::process:
    case ValueKind::connection:
    case ValueKind::function:
    case ValueKind::exception_class:
    case ValueKind::unset:
      break;
  }
  return std::nullopt;
}

bool ValueTable::put_back(std::uint32_t index, const Content& content,
                          std::span<const Value> items) {
  const std::span<const std::byte> bytes = content.bytes;
  const auto as_integers = [&](std::size_t i) {
    std::int64_t n = 0;
    std::memcpy(&n, bytes.data() + i * sizeof n, sizeof n);
    return n;
  };
  bool is_one = true;
  if (content.kind == ValueKind::string) {
    is_one = is_valid_utf8({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  } else if (content.kind == ValueKind::integer) {
    is_one = bytes.size() == 8 &&
             (as_integers(0) < small_integer_min || as_integers(0) > small_integer_max);
  } else if (content.kind == ValueKind::real) {
    is_one = bytes.size() == 8;
  } else if (content.kind == ValueKind::range) {
    is_one = bytes.size() == sizeof(Range) && as_integers(2) != 0;
  } else if (content.kind == ValueKind::dict) {
    is_one = items.size() % 2 == 0;
  } else if (content.kind == ValueKind::exception) {
    is_one = static_cast<std::size_t>(content.exception) < exception_kinds;
  } else if (content.kind == ValueKind::future) {
    is_one = items.size() == 3 && kind(items[0]) == ValueKind::object &&
             is_small_integer(items[1]) && is_small_integer(items[2]) &&
             as_integer(items[1]) >= 0 && as_integer(items[2]) >= 0 &&
             as_integer(items[2]) <= static_cast<int>(FutureClass::imap_unordered_iterator);
  }
  if (!is_one || index > store_->size || index >= (1U << index_bits)) return false;
  return intern(content.kind, content.exception, bytes.data(), bytes.size()) ==
         value_detail::make(value_detail::tag_indexed, index);
}

void ValueTable::set_object_classes(std::vector<std::string_view> names) {
  object_classes_ = std::move(names);
}
std::string_view ValueTable::object_class(Value object) const {
  const std::uint32_t id = as_object(object).index;
  return id < object_classes_.size() ? object_classes_[id] : "object";
}

void ValueTable::freeze(bool frozen) { store_->frozen = frozen; }

std::size_t ValueTable::size() const { return store_->size - store_->forgotten.size(); }

std::size_t ValueTable::memory_bytes() const {
  return sizeof *this + sizeof *store_ + store_->blocks_bytes +
         store_->slots.capacity() * sizeof(Slot) + store_->arena.memory_bytes();
}

}  // namespace lockstep
