// The statements of a scenario: one row each. The loader, the JSON Schema, the documentation
// and the compiler read these rows; nothing about a statement's shape is said elsewhere.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace lockstep {

enum class StatementKind : std::uint8_t {
  set,
  append,
  pop,
  print,
  assert_,
  choose,
  atomic,
  await,
  if_,
  while_,
  for_,
  break_,
  continue_,
  call,
  return_,
  try_,
  raise,
  pass,
  global,
  sleep,
  io,
  compute,
  yield,
  thread,
  start,
  join,
  spawn,
  acquire,
  release,
  with,
  wait,
  wait_for,
  notify,
  notify_all,
  event_set,
  event_clear,
  put,
  get,
  task_done,
  shutdown,

  barrier_wait,
  reset,
  abort,
  timer,
  process,
  join_thread,
  cancel_join_thread,
  terminate,
  kill,
  cancel,
  input,
  atexit,
  write,

  listen,
  accept,
  connect,
  send,
  recv,
  close,
  submit,
  map,
  result,
  exception,
  add_done_callback,
  wait_futures,
  pool,
  apply,
  apply_async,
  map_async,
  starmap,
  starmap_async,
  imap,
  imap_unordered,
  next,
  os_exit,
};

enum class FieldKind : std::uint8_t {
  expression,   // Operand
  raised,       // Operand, or std::monostate for null: raise again what is being handled
  expressions,  // std::vector<Operand>: one value or an array; at least one
  arguments,    // std::vector<Operand>: always an array
  target,       // Operand: a name, an item or an attribute: what can be assigned to
  block,        // Block
  names,        // std::vector<std::string>: one identifier or an array; at least one
  handlers,     // std::vector<ExceptHandler>: one {type, as, do} or an array of them
  function,     // std::string: the name of a function of the scenario
  marker,       // bool: the key's value is ignored but must be true or null ("pass": true)
};

struct FieldRow {
  std::string_view key;
  FieldKind kind;
  bool required;
  std::string_view help;  // for the schema and the documentation, one line
};

struct StatementRow {
  StatementKind kind;
  std::string_view key;      // the first field's key; it names the statement
  std::string_view help;     // one line
  std::string_view example;  // JSON text of one statement
  // The call in Python that the statement is, "{acquire}.acquire({blocking}, timeout={timeout})":
  // fields by their keys; an argument whose field is absent is left out. Empty: it is no single
  // call.
  std::string_view python;
  std::span<const FieldRow> fields;
};

std::span<const StatementRow> statement_rows();  // indexed by StatementKind
const StatementRow& row(StatementKind kind);
std::optional<StatementKind> statement_named(std::string_view key);
// The position of a field in its row. Requires: the row has it.
std::size_t field_index(StatementKind kind, std::string_view key);

}  // namespace lockstep
