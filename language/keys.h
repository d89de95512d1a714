// The keys of a scenario's objects but for statements (statements.h): one row each. The readers
// complain by these rows, the JSON Schema has its descriptions from them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/objects/object.h"

namespace lockstep {

struct KeyRow {
  std::string_view key;
  bool required;
  std::string_view help;  // one line
};

inline constexpr KeyRow scenario_keys[] = {
    {"$schema", false, "where an editor finds this schema"},
    {"lockstep", true, "version of the format: 1"},
    {"name", false, "what the scenario is called in reports"},
    {"description", false, "what it shows"},
    {"tags", false, "for choosing scenarios"},
    {"source", false, "the real code that it models"},
    {"machine", false, "the simulated interpreter"},
    {"params", false,
     "constants with their defaults, which --set NAME=VALUE changes; a string is an expression"},
    {"objects", false, "the synchronisation objects by name"},
    {"variables", false,
     "the shared variables (globals of the module) and their initial values; a string is an "
     "expression"},
    {"functions", false, "the functions by name: a body, or parameters and a body"},
    {"classes", false, "subclasses of threading.Thread by name: attributes and methods"},
    {"main", false,
     "the body of MainThread; without it MainThread starts all threads in order, then joins them"},
    {"threads", false, "the threads by name: a body, or a function and its arguments"},
    {"input", false, "the lines that input() returns, in order; then it raises EOFError"},
    {"schedule", false, "an explicit interleaving: a list of directives"},
    {"invariants", false, "expressions over shared variables that hold in every state"},
    {"finally", false, "expressions over shared variables that hold at the end"},
    {"lock_order", false,
     "locks in the order in which a thread may take them while it holds others"},
    {"expect", false, "what lockstep check holds the scenario to"},
};

inline constexpr KeyRow machine_keys[] = {
    {"gil", false, "where the interpreter may switch threads"},
    {"cores", false, "processors, for threads that run in parallel"},
    {"switch_interval", false, "virtual seconds after which a thread is asked for the GIL"},
    {"costs", false, "virtual seconds that things take"},
};

// Virtual seconds. With more a step would last longer than the clock can count.
inline constexpr double bytecode_cost_max = 1;
inline constexpr double machine_seconds_max = 1e6;
inline constexpr KeyRow costs_keys[] = {
    {"bytecode", false, "one bytecode instruction"},
    {"thread_start", false, "the start of a thread"},
    {"process_start", false, "starting a process by fork"},
};

// Keys of every object that is not a second name; object_parameters has those of some kinds.
inline constexpr KeyRow object_keys[] = {
    {"type", true, "the kind of object"},
    {"count", false, "makes an array of so many: name[0], name[1], ..."},
};
inline constexpr KeyRow alias_keys[] = {
    {"same_as", true, "the object for which this is a second name"},
};

struct ObjectParameter {
  ObjectKind kind;
  enum class Shape : unsigned char {
    count,
    tasks,
    buffer,
    lock,
    function,
    arguments,
    seconds,
    text
  } shape;
  KeyRow row;
  std::int64_t least = 0;    // count: the least that is allowed
  std::int64_t without = 0;  // count: what it is without the key
};
// What a condition of the kind takes as its lock, for messages.
constexpr std::string_view locks_of(ObjectKind condition) {
  return condition == ObjectKind::mp_condition ? "an mp.Lock or mp.RLock" : "a Lock or RLock";
}
inline constexpr std::int64_t object_value_max = 0x7fffffff;
inline constexpr KeyRow maxsize_row{
    "maxsize", false, "how many items it holds at most; without it, or with 0 or less, any number"};
inline constexpr std::int64_t pipe_bytes = 65536;
inline constexpr KeyRow pipe_row{
    "buffer", false,
    "how many bytes its pipe holds that nobody has got, as pickle writes them; 65536 without it"};
inline constexpr KeyRow initializer_row{
    "initializer", false, "the function that each worker calls before it takes a task"};
inline constexpr KeyRow initargs_row{"initargs", false,
                                     "its arguments, constants; a string is an expression"};
inline constexpr ObjectParameter object_parameters[] = {
    {ObjectKind::semaphore,
     ObjectParameter::Shape::count,
     {"value", false, "how many may hold it at once; 1 without it"},
     0,
     1},
    {ObjectKind::bounded_semaphore,
     ObjectParameter::Shape::count,
     {"value", false, "how many may hold it at once, and its upper bound; 1 without it"},
     0,
     1},
    {ObjectKind::condition,
     ObjectParameter::Shape::lock,
     {"lock", false, "the Lock or RLock that it works with; without it an RLock of its own"}},
    {ObjectKind::queue, ObjectParameter::Shape::count, maxsize_row, -object_value_max},
    {ObjectKind::lifo_queue, ObjectParameter::Shape::count, maxsize_row, -object_value_max},
    {ObjectKind::priority_queue, ObjectParameter::Shape::count, maxsize_row, -object_value_max},

    {ObjectKind::mp_condition,
     ObjectParameter::Shape::lock,
     {"lock", false,
      "the mp.Lock or mp.RLock that it works with; without it an mp.RLock of its own"}},
    {ObjectKind::mp_semaphore,
     ObjectParameter::Shape::count,
     {"value", false, "how many may hold it at once; 1 without it"},
     0,
     1},
    {ObjectKind::mp_bounded_semaphore,
     ObjectParameter::Shape::count,
     {"value", false, "how many may hold it at once, and its upper bound; 1 without it"},
     0,
     1},
    {ObjectKind::mp_value,
     ObjectParameter::Shape::count,
     {"value", false, "the initial value of the C int; 0 without it"},
     -object_value_max - 1},
    {ObjectKind::mp_queue, ObjectParameter::Shape::count, maxsize_row, -object_value_max},
    {ObjectKind::mp_queue, ObjectParameter::Shape::buffer, pipe_row, 1, pipe_bytes},
    {ObjectKind::mp_joinable_queue, ObjectParameter::Shape::count, maxsize_row, -object_value_max},
    {ObjectKind::mp_joinable_queue, ObjectParameter::Shape::buffer, pipe_row, 1, pipe_bytes},
    {ObjectKind::mp_simple_queue, ObjectParameter::Shape::buffer, pipe_row, 1, pipe_bytes},
    {ObjectKind::listener,
     ObjectParameter::Shape::count,
     {"buffer", false,
      "how many bytes each direction of a connection holds that are not read; 65536 without it"},
     1,
     65536},

    {ObjectKind::barrier,
     ObjectParameter::Shape::count,
     {"parties", true, "how many threads it holds until all have come"}},
    {ObjectKind::barrier,
     ObjectParameter::Shape::function,
     {"action", false, "a function without parameters; the last to come executes it"}},
    {ObjectKind::barrier,
     ObjectParameter::Shape::seconds,
     {"timeout", false, "virtual seconds, of a wait that has no timeout of its own"}},
    {ObjectKind::executor,
     ObjectParameter::Shape::count,
     {"max_workers", false,
      "how many workers it has at most; without it the cores and 4, at most 32"},
     1},
    {ObjectKind::process_pool,
     ObjectParameter::Shape::count,
     {"max_workers", false, "how many worker processes it has; without it the cores"},
     1},
    {ObjectKind::mp_pool,
     ObjectParameter::Shape::count,
     {"processes", false, "how many worker processes it has; without it the cores"},
     1},
    {ObjectKind::mp_pool, ObjectParameter::Shape::function, initializer_row},
    {ObjectKind::mp_pool, ObjectParameter::Shape::arguments, initargs_row},
    {ObjectKind::mp_pool,
     ObjectParameter::Shape::tasks,
     {"maxtasksperchild", false,
      "how many tasks a worker does before another takes its place; without it any number"},
     1},
    {ObjectKind::process_pool, ObjectParameter::Shape::function, initializer_row},
    {ObjectKind::process_pool, ObjectParameter::Shape::arguments, initargs_row},
    {ObjectKind::executor,
     ObjectParameter::Shape::text,
     {"thread_name_prefix", false, "of the workers' names, which end with _0, _1, ..."}},
    {ObjectKind::executor, ObjectParameter::Shape::function, initializer_row},
    {ObjectKind::executor, ObjectParameter::Shape::arguments, initargs_row},
};

inline constexpr KeyRow function_keys[] = {
    {"params", false, "the names of the parameters"},
    {"body", true, "the statements"},
};

inline constexpr KeyRow class_keys[] = {
    {"attributes", false,
     "the names of what its objects have besides what every Thread has, unset at first"},
    {"methods", false,
     "functions by name, whose first parameter, self, is not written: run is what a thread "
     "executes, __init__ is called with the arguments, behind super().__init__()"},
};

inline constexpr KeyRow thread_keys[] = {
    {"target", false, "the function that the thread executes"},
    {"args", false, "the function's arguments, constants; a string is an expression"},
    {"body", false, "the statements that the thread executes, in place of a function"},
    {"daemon", false, "whether the process ends without waiting for it"},
};

inline constexpr KeyRow statement_keys[] = {
    // of every statement
    {"label", false, "a name by which schedules find the statement"},
    {"note", false, "a remark that the trace shows"},
    {"at", false, "the real code that the statement models, such as app.py:12"},
};

inline constexpr KeyRow handler_keys[] = {
    {"type", false, "an exception class, or an array of them; without it any exception"},
    {"as", false, "the variable in which the exception is stored"},
    {"do", true, "the statements"},
};

inline constexpr KeyRow expect_keys[] = {
    {"run", false, "of one run: the schedule's, or that of a policy"},
    {"explore", false, "of all interleavings"},
    {"fix", false, "of the remedies"},
};
inline constexpr KeyRow expect_run_keys[] = {
    {"policy", false, "who runs next; without it the schedule, or timed if there is none"},
    {"seed", false, "for the policies random and pct"},
    {"outcome", false, "how the run ends"},
    {"output", false, "the lines printed, in order"},
    {"final", false, "values of shared variables at the end; a string is a text"},
    {"exceptions", false, "the uncaught exceptions: thread and class"},
    {"exit_status", false, "with which the main process ends; 0 to 255"},
    {"lock_order", false, "whether the lock_order of the scenario is kept or broken"},
    {"conditions", false, "whether its invariants and final checks are kept, or one is broken"},
};
inline constexpr std::int64_t preemptions_max = 1'000'000;  // of a finding that is expected
inline constexpr KeyRow expect_explore_keys[] = {
    {"deadlock", false, "whether no thread can go on"},
    {"partial_deadlock", false, "whether some threads can never go on, while others do"},
    {"livelock", false, "whether threads may come to go on for ever where no end can be reached"},
    {"starvation", false,
     "whether a thread that could be let go may wait for ever although the scheduler is fair; "
     "looks "
     "for that, without reduction"},
    {"exceptions", false, "whether a thread ends with an exception"},
    {"lock_order", false,
     "whether the lock_order of the scenario is kept in all interleavings, or broken in some"},
    {"outcomes", false,
     "values of shared variables at the end: exactly these combinations; a string is a text"},
    {"findings", false,
     "exactly these kinds of findings, by code or name: the fewest preemptions, or null for any"},
    {"causes", false, "what made them so, by code or name: exactly these"},
};
inline constexpr KeyRow expect_fix_keys[] = {
    {"remedy", false, "the remedy that is verified"},
};

inline constexpr KeyRow run_directive_keys[] = {
    {"run", true, "the thread"},
    {"steps", false, "how many steps it takes; 1 without it"},
    {"until", false, "where it stops"},
};
inline constexpr KeyRow timeout_directive_keys[] = {
    {"timeout", true, "the thread whose wait times out"},
};
inline constexpr KeyRow choose_directive_keys[] = {
    {"choose", true, "the thread that chooses"},
    {"value", true, "what it chooses; a string is an expression"},
};
inline constexpr KeyRow finish_directive_keys[] = {
    {"finish", true, "the policy under which the rest runs"},
};
inline constexpr KeyRow until_keys[] = {
    {"blocked", false, "it is blocked"},
    {"finished", false, "it has ended"},
    {"label", false, "it is about to execute, or comes past, the statement with the label"},
    {"holds", false, "it holds the object"},
    {"waits", false, "it is blocked on the object"},
    {"read", false, "it has just read the shared variable"},
    {"wrote", false, "it has just assigned to the shared variable"},
    {"in", false, "it executes the function"},
};

// Of a saved schedule, which is a file of its own.
inline constexpr KeyRow saved_keys[] = {
    {"lockstep_schedule", true, "version of the format: 1"},
    {"scenario", true, "the scenario's file, relative to this one"},
    {"digest", true, "of the scenario's bytes"},
    {"policy", false, "what made the schedule"},
    {"seed", false, "what made the schedule"},
    {"settings", false, "the parameters that were set"},
    {"schedule", true, "the directives"},
};

// In the order of their enumerations. Policies are those of engine/run.
inline constexpr std::string_view gil_names[] = {"3.9", "3.12", "free-threaded", "none"};
inline constexpr std::string_view outcome_names[] = {"finished", "deadlock", "cut-short"};
inline constexpr std::string_view order_names[] = {"kept", "broken"};
inline constexpr std::string_view possibility_names[] = {"impossible", "possible", "certain"};

// Bounds of numbers, ends included.
inline constexpr std::int64_t objects_max = 100'000;  // of all arrays together
inline constexpr std::int64_t cores_max = 1024;
inline constexpr std::int64_t steps_max = 1'000'000'000;
inline constexpr std::size_t name_letters_max = 80;            // code points
inline constexpr std::size_t expression_letters_max = 10'000;  // code points

}  // namespace lockstep
