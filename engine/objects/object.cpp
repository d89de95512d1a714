// The tables of object.h, made from the .def files. A row whose code is missing does not
// link, and the linker names the function.
#include "engine/objects/object.h"

#include <algorithm>
#include <array>
#include <vector>

#include "engine/assert.h"
#include "engine/objects/operations.h"

namespace lockstep {
namespace {

constexpr bool OWNED = true;
constexpr bool UNOWNED = false;
constexpr VerbRow::Where STATEMENT = VerbRow::Where::statement;
constexpr VerbRow::Where QUERY = VerbRow::Where::query;
constexpr VerbRow::Where ATTRIBUTE = VerbRow::Where::attribute;
constexpr VerbRow::Where HIDDEN = VerbRow::Where::hidden;
constexpr Switch OPCODE = Switch::opcode;
constexpr Switch C_CALL = Switch::c_call;
constexpr Switch PY_CALL = Switch::py_call;
constexpr Switch YIELDS = Switch::yields;
constexpr Switch SILENT = Switch::silent;
constexpr Need ALL = Need::all;
constexpr Need ANY = Need::any;
constexpr LetGoBy RELEASE = LetGoBy::release;
constexpr LetGoBy SET = LetGoBy::set;
constexpr LetGoBy NOTIFY = LetGoBy::notify;
constexpr LetGoBy PUT = LetGoBy::put;
constexpr LetGoBy GET = LetGoBy::get;
constexpr LetGoBy TASK_DONE = LetGoBy::task_done;
constexpr LetGoBy END = LetGoBy::end;
constexpr LetGoBy STORE = LetGoBy::store;
constexpr LetGoBy ARRIVE = LetGoBy::arrive;
constexpr LetGoBy CANCEL = LetGoBy::cancel;
constexpr LetGoBy CONNECT = LetGoBy::connect;
constexpr LetGoBy ACCEPT = LetGoBy::accept;
constexpr LetGoBy SEND = LetGoBy::send;
constexpr LetGoBy RECV = LetGoBy::recv;
constexpr LetGoBy FINISH = LetGoBy::finish;
constexpr LetGoBy FILL = LetGoBy::fill;
constexpr LetGoBy TURN = LetGoBy::turn;
constexpr LetGoBy WAKE = LetGoBy::wake;
constexpr LetGoBy CLOSE = LetGoBy::close;
constexpr LetGoBy ANSWER = LetGoBy::answer;

// A verb column may be NO_VERB, which is no enumerator of Verb.
namespace verb_column {
#define VERB(verb, arguments, where) constexpr Verb verb = Verb::verb;
#include "engine/objects/verbs.def"
#undef VERB
constexpr Verb NO_VERB = Verb::none;
}  // namespace verb_column

const std::array object_table{
#define ROW(kind, type, python, python_class, words, owned, shared, works_as) \
  ObjectRow{ObjectKind::kind,                                                 \
            type,                                                             \
            python,                                                           \
            python_class,                                                     \
            words,                                                            \
            owned,                                                            \
            shared,                                                           \
            ObjectKind::works_as,                                             \
            &initialise_##works_as,                                           \
            &owner_##works_as,                                                \
            &describe_##works_as},
#define OBJECT(kind, type, python, python_class, words, owned, works_as) \
  ROW(kind, type, python, python_class, words, owned, false, works_as)
#define SHARED_OBJECT(kind, type, python, python_class, words, owned, works_as) \
  ROW(kind, type, python, python_class, words, owned, true, works_as)
#include "engine/objects/objects.def"
#undef SHARED_OBJECT
#undef OBJECT
#undef ROW
};

constexpr std::array verb_table{
#define VERB(verb, arguments, where) VerbRow{Verb::verb, #verb, arguments, where},
#include "engine/objects/verbs.def"
#undef VERB
};

}  // namespace

const std::array<OperationRow, operation_count> object_detail::operation_table{
#define MAY_BLOCK(operation, kind, verb, switches, need, by) \
  OperationRow{Operation::operation,                         \
               #operation,                                   \
               ObjectKind::kind,                             \
               verb_column::verb,                            \
               switches,                                     \
               true,                                         \
               need,                                         \
               by,                                           \
               &ready_##operation,                           \
               &apply_##operation,                           \
               &expire_##operation},
#define NEVER_BLOCKS(operation, kind, verb, switches) \
  OperationRow{Operation::operation,                  \
               #operation,                            \
               ObjectKind::kind,                      \
               verb_column::verb,                     \
               switches,                              \
               false,                                 \
               Need::all,                             \
               LetGoBy::nothing,                      \
               nullptr,                               \
               &apply_##operation,                    \
               nullptr},
#include "engine/objects/operations.def"
#undef MAY_BLOCK
#undef NEVER_BLOCKS
};

namespace {

using object_detail::operation_table;

// [verb][kind] -> operation
constexpr std::size_t kinds = static_cast<std::size_t>(ObjectKind::nothing) + 1;
using ByVerb = std::array<std::array<std::optional<Operation>, kinds>, verb_table.size()>;

// What a kind of queue does not have of the kind that it works as.
bool lacks(ObjectKind kind, Verb verb) {
  if (kind != ObjectKind::mp_queue && kind != ObjectKind::mp_simple_queue) return false;
  if (verb == Verb::join || verb == Verb::task_done) return true;
  return kind == ObjectKind::mp_simple_queue &&
         (verb == Verb::qsize || verb == Verb::full || verb == Verb::join_thread ||
          verb == Verb::cancel_join_thread || verb == Verb::feed);
}

const ByVerb by_verb = [] {
  ByVerb result{};
  for (const OperationRow& row : operation_table) {
    if (row.verb == Verb::none) continue;
    result[static_cast<std::size_t>(row.verb)][static_cast<std::size_t>(row.kind)] = row.operation;
  }
  for (auto& by_kind : result) {
    for (const ObjectRow& row : object_table) {
      by_kind[static_cast<std::size_t>(row.kind)] = by_kind[static_cast<std::size_t>(row.works_as)];
    }
  }
  for (const VerbRow& verb : verb_table) {
    for (const ObjectRow& row : object_table) {
      if (!lacks(row.kind, verb.verb)) continue;
      result[static_cast<std::size_t>(verb.verb)][static_cast<std::size_t>(row.kind)].reset();
    }
  }
  return result;
}();

const std::array waits_by_kind = [] {
  std::array<std::vector<LetGoBy>, kinds> result;
  for (const ObjectRow& object : object_table) {
    std::vector<LetGoBy>& waits = result[static_cast<std::size_t>(object.kind)];
    for (const OperationRow& row : operation_table) {
      if (!row.may_block || !counts_with(row.kind, object.works_as)) continue;
      if (std::ranges::find(waits, row.let_go_by) == waits.end()) waits.push_back(row.let_go_by);
    }
  }
  return result;
}();

}  // namespace

const ObjectRow& row(ObjectKind kind) {
  LOCKSTEP_ASSERT(static_cast<std::size_t>(kind) < object_table.size(),
                  "the kind is one of objects.def");
  return object_table[static_cast<std::size_t>(kind)];
}
const VerbRow& row(Verb verb) {
  LOCKSTEP_ASSERT(verb != Verb::none, "there is a verb");
  return verb_table[static_cast<std::size_t>(verb)];
}
std::span<const ObjectRow> object_rows() { return object_table; }
std::span<const VerbRow> verb_rows() { return verb_table; }
std::span<const OperationRow> operation_rows() { return operation_table; }

std::optional<ObjectKind> object_kind_named(std::string_view type) {
  for (const ObjectRow& row : object_table) {
    if (row.type == type) return row.kind;
  }
  return std::nullopt;
}

std::optional<Verb> verb_named(std::string_view name) {
  for (const VerbRow& row : verb_table) {
    if (row.name == name && row.where != VerbRow::Where::hidden) return row.verb;
  }
  return std::nullopt;
}

std::span<const LetGoBy> waits_of(ObjectKind kind) {
  return waits_by_kind[static_cast<std::size_t>(kind)];
}

bool only_owner_releases(ObjectKind kind) {
  return kind == ObjectKind::rlock || kind == ObjectKind::mp_rlock || kind == ObjectKind::mp_value;
}

bool has_lock(ObjectKind kind) {
  return kind == ObjectKind::condition || kind == ObjectKind::mp_condition;
}

bool can_be_lock_of(ObjectKind condition, ObjectKind lock) {
  return condition == ObjectKind::mp_condition
             ? lock == ObjectKind::mp_lock || lock == ObjectKind::mp_rlock
             : lock == ObjectKind::lock || lock == ObjectKind::rlock;
}

bool has_feeder(ObjectKind kind) {
  return kind == ObjectKind::mp_queue || kind == ObjectKind::mp_joinable_queue;
}

bool has_futures(ObjectKind kind) {
  return kind == ObjectKind::executor || kind == ObjectKind::process_pool;
}

bool counts_with(ObjectKind waited_on, ObjectKind kind) {
  return waited_on == kind ||
         (waited_on == ObjectKind::connection && kind == ObjectKind::listener) ||
         (waited_on == ObjectKind::future && has_futures(kind)) ||
         (waited_on == ObjectKind::pool_result && kind == ObjectKind::mp_pool);
}

std::optional<Operation> operation_of(Verb verb, ObjectKind kind) {
  if (verb == Verb::none) return std::nullopt;
  return by_verb[static_cast<std::size_t>(verb)][static_cast<std::size_t>(kind)];
}

}  // namespace lockstep
