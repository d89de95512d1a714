// The rows. Of the order only this depends: it is that of StatementKind.
#include "language/statements.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "engine/assert.h"

namespace lockstep {
namespace {

using enum FieldKind;
constexpr bool required = true;
constexpr bool optional = false;

constexpr FieldRow kwargs_row{"kwargs", expression, optional,
                              "more of them, an object: each by the parameter's name"};

constexpr FieldRow set_fields[] = {
    {"set", target, required,
     "the variable, item (xs[i], d['k']) or attribute (t.name, t.daemon, v.value) to assign to"},
    {"to", expression, required, "the value"},
};
constexpr FieldRow append_fields[] = {
    {"append", target, required, "the list"},
    {"item", expression, required, "what is added"},
};
constexpr FieldRow pop_fields[] = {
    {"pop", target, required, "the list or dict"},
    {"index", expression, optional, "position or key; without it the last of a list"},
    {"into", target, optional, "where the item is stored"},
};
constexpr FieldRow print_fields[] = {
    {"print", expressions, required, "one value or an array of values"},
};
constexpr FieldRow assert_fields[] = {
    {"assert", expression, required, "what must be true"},
    {"message", expression, optional, "the exception's text"},
};
constexpr FieldRow choose_fields[] = {
    {"choose", target, required, "where the value is stored"},
    {"from", expression, required, "the values to choose from"},
};
constexpr FieldRow atomic_fields[] = {
    {"atomic", block, required, "the statements"},
};
constexpr FieldRow await_fields[] = {
    {"await", expression, required, "what is waited for"},
};
constexpr FieldRow if_fields[] = {
    {"if", expression, required, "the condition"},
    {"then", block, required, "executed if it is true"},
    {"else", block, optional, "executed if it is false"},
};
constexpr FieldRow while_fields[] = {
    {"while", expression, required, "the condition, evaluated before each round"},
    {"do", block, required, "the body"},
};
constexpr FieldRow for_fields[] = {
    {"for", names, required,
     "the variable, or an array of variables among which each item is divided"},
    {"in", expression, required, "the iterable"},
    {"do", block, required, "the body"},
};
constexpr FieldRow break_fields[] = {
    {"break", marker, required, "true"},
};
constexpr FieldRow continue_fields[] = {
    {"continue", marker, required, "true"},
};
constexpr FieldRow call_fields[] = {
    {"call", function, required, "the function; in a method also self.method"},
    {"args", arguments, optional, "its arguments"},
    kwargs_row,
    {"into", target, optional, "where its result is stored"},
};
constexpr FieldRow return_fields[] = {
    {"return", expression, required, "the result; null for None"},
};
constexpr FieldRow try_fields[] = {
    {"try", block, required, "the statements that may raise"},
    {"except", handlers, optional,
     "one handler, or an array of which the first that fits is taken"},
    {"else", block, optional, "executed if nothing was raised"},
    {"finally", block, optional, "executed in any case"},
};
constexpr FieldRow raise_fields[] = {
    {"raise", raised, required,
     "the exception or its class, SystemExit(3) for sys.exit(3); null raises the one being "
     "handled again"},
};
constexpr FieldRow pass_fields[] = {
    {"pass", marker, required, "true"},
};
constexpr FieldRow global_fields[] = {
    {"global", names, required, "the variables"},
};
constexpr FieldRow sleep_fields[] = {
    {"sleep", expression, required, "virtual seconds"},
};
constexpr FieldRow io_fields[] = {
    {"io", expression, required, "virtual seconds"},
};
constexpr FieldRow compute_fields[] = {
    {"compute", expression, required, "virtual seconds"},
};
constexpr FieldRow yield_fields[] = {
    {"yield", marker, required, "true"},
};
constexpr FieldRow thread_fields[] = {
    {"thread", target, required, "where the thread is stored"},
    {"target", function, optional, "the function that it executes; without it nothing"},
    {"args", arguments, optional, "the function's arguments, or those of the class"},
    kwargs_row,
    {"name", expression, optional, "the thread's name"},
    {"daemon", expression, optional,
     "whether it is a daemon; without it as the thread that creates it"},
    {"class", function, optional, "a class, in place of a target: the thread is an object of it"},
};
constexpr FieldRow start_fields[] = {
    {"start", expression, required, "the thread or process"},
};
constexpr FieldRow join_fields[] = {
    {"join", expression, required, "the thread, process, queue or Pool"},
    {"timeout", expression, optional,
     "virtual seconds; without it, or with None, for as long as it takes; a queue or Pool has "
     "none"},
};
constexpr FieldRow spawn_fields[] = {
    {"spawn", function, required, "the function that it executes, or the class that it is of"},
    {"args", arguments, optional, "the arguments of the function or class"},
    kwargs_row,
    {"as", target, optional, "where the thread is stored"},
    {"name", expression, optional, "the thread's name"},
    {"daemon", expression, optional,
     "whether it is a daemon; without it as the thread that creates it"},
};
constexpr FieldRow acquire_fields[] = {
    {"acquire", expression, required, "the lock, semaphore or condition"},
    {"blocking", expression, optional, "False: does not wait"},
    {"timeout", expression, optional,
     "virtual seconds; without it, or with -1 (a semaphore: None), for as long as it takes"},
    {"into", target, optional, "where True or False is stored"},
};
constexpr FieldRow release_fields[] = {
    {"release", expression, required, "the lock, semaphore or condition"},
    {"n", expression, optional, "how often a semaphore is released; without it once"},
};
constexpr FieldRow with_fields[] = {
    {"with", expressions, required, "the lock, or an array of locks that are taken in this order"},
    {"do", block, required, "the statements"},
};
constexpr FieldRow wait_fields[] = {
    {"wait", expression, required, "the condition, event or AsyncResult"},
    {"timeout", expression, optional,
     "virtual seconds; without it, or with None, for as long as it takes"},
    {"into", target, optional,
     "where the result is stored: False after a timeout; of an AsyncResult always None"},
};
constexpr FieldRow wait_for_fields[] = {
    {"wait_for", expression, required, "the condition"},
    {"until", expression, required, "what is waited for, evaluated with the lock held"},
    {"timeout", expression, optional,
     "virtual seconds; without it, or with None, for as long as it takes"},
    {"into", target, optional, "where the expression's last value is stored"},
};
constexpr FieldRow notify_fields[] = {
    {"notify", expression, required, "the condition"},
    {"n", expression, optional, "how many at most; without it one"},
};
constexpr FieldRow notify_all_fields[] = {
    {"notify_all", expression, required, "the condition"},
};
constexpr FieldRow event_set_fields[] = {
    {"event_set", expression, required, "the event"},
};
constexpr FieldRow event_clear_fields[] = {
    {"event_clear", expression, required, "the event"},
};
constexpr FieldRow put_fields[] = {
    {"put", expression, required, "the queue"},
    {"item", expression, required, "what is added"},
    {"block", expression, optional, "False: raises Full rather than wait for room"},
    {"timeout", expression, optional,
     "virtual seconds after which it raises Full; without it, or with None, it waits for as long "
     "as it takes"},
};
constexpr FieldRow get_fields[] = {
    {"get", expression, required, "the queue, or the AsyncResult of a Pool"},
    {"block", expression, optional, "of a queue; False: raises Empty rather than wait for an item"},
    {"timeout", expression, optional,
     "virtual seconds after which it raises Empty (an AsyncResult: mp.TimeoutError); without it, "
     "or "
     "with None, it waits for as long as it takes"},
    {"into", target, optional, "where the item or result is stored"},
};
constexpr FieldRow task_done_fields[] = {
    {"task_done", expression, required, "the queue"},
};
constexpr FieldRow shutdown_fields[] = {
    {"shutdown", expression, required, "the queue or executor"},
    {"immediate", expression, optional,
     "of a queue; True: the items are thrown away, and who waits for their tasks is let go"},
    {"block", expression, optional,
     "of an executor; False: does not wait for the workers to end; in Python it is called wait"},
    {"cancel_futures", expression, optional,
     "of an executor; True: cancels what no worker has begun"},
};

constexpr FieldRow barrier_wait_fields[] = {
    {"barrier_wait", expression, required, "the barrier"},
    {"timeout", expression, optional,
     "virtual seconds after which the barrier breaks; without it, or with None, the barrier's own"},
    {"into", target, optional, "where the thread's number in the round is stored: 0, 1, ..."},
};
constexpr FieldRow reset_fields[] = {
    {"reset", expression, required, "the barrier"},
};
constexpr FieldRow abort_fields[] = {
    {"abort", expression, required, "the barrier"},
};
constexpr FieldRow timer_fields[] = {
    {"timer", target, required, "where the timer, which is a thread, is stored"},
    {"interval", expression, required, "virtual seconds from its start"},
    {"function", function, required, "the function that it then executes"},
    {"args", arguments, optional, "the function's arguments"},
    kwargs_row,
};
constexpr FieldRow process_fields[] = {
    {"process", target, required, "where the process is stored"},
    {"target", function, required, "the function that its main thread executes"},
    {"args", arguments, optional, "the function's arguments"},
    kwargs_row,
    {"name", expression, optional, "the process's name"},
    {"daemon", expression, optional,
     "whether it is a daemon; without it as the process that creates it"},
};
constexpr FieldRow join_thread_fields[] = {
    {"join_thread", expression, required, "the queue of multiprocessing"},
};
constexpr FieldRow cancel_join_thread_fields[] = {
    {"cancel_join_thread", expression, required, "the queue of multiprocessing"},
};
constexpr FieldRow terminate_fields[] = {
    {"terminate", expression, required, "the process or Pool"},
};
constexpr FieldRow kill_fields[] = {
    {"kill", expression, required, "the process"},
};
constexpr FieldRow cancel_fields[] = {
    {"cancel", expression, required, "the timer or future"},
    {"into", target, optional, "where the answer of a future is stored: False once it runs"},
};
constexpr FieldRow input_fields[] = {
    {"input", target, required, "where the line is stored"},
    {"prompt", expression, optional, "what is written before it is read"},
};

constexpr FieldRow atexit_fields[] = {
    {"atexit", function, required, "the function"},
    {"args", arguments, optional, "its arguments"},
    kwargs_row,
};

constexpr FieldRow write_fields[] = {
    {"write", expression, required, "the file"},
    {"text", expression, required, "what is written at its end"},
    {"into", target, optional, "where the number of letters is stored"},
};

constexpr FieldRow listen_fields[] = {
    {"listen", expression, required, "the Listener"},
    {"backlog", expression, optional,
     "how many may be connected and not accepted, but for one; without it 128"},
};
constexpr FieldRow accept_fields[] = {
    {"accept", expression, required, "the Listener"},
    {"timeout", expression, optional,
     "virtual seconds after which it raises TimeoutError; without it, or with None, it waits for "
     "as "
     "long as it takes"},
    {"into", target, optional, "where the server's end of the connection is stored"},
};
constexpr FieldRow connect_fields[] = {
    {"connect", expression, required, "the Listener"},
    {"timeout", expression, optional,
     "virtual seconds after which it raises TimeoutError; without it, or with None, it waits for "
     "as "
     "long as it takes"},
    {"into", target, optional, "where the client's end of the connection is stored"},
};
constexpr FieldRow send_fields[] = {
    {"send", expression, required, "the end of a connection"},
    {"data", expression, required, "the bytes"},
    {"into", target, optional, "where the number of bytes that were sent is stored"},
};
constexpr FieldRow recv_fields[] = {
    {"recv", expression, required, "the end of a connection"},
    {"size", expression, required, "how many bytes at most"},
    {"timeout", expression, optional,
     "virtual seconds after which it raises TimeoutError; without it, or with None, it waits for "
     "as "
     "long as it takes"},
    {"into", target, optional, "where the bytes are stored; b'' once the peer has closed"},
};
constexpr FieldRow close_fields[] = {
    {"close", expression, required,
     "the Listener, end of a connection, process, or queue or Pool of multiprocessing"},
};
constexpr FieldRow submit_fields[] = {
    {"submit", expression, required, "the executor"},
    {"function", function, required, "the function that a worker calls"},
    {"args", arguments, optional, "the function's arguments"},
    kwargs_row,
    {"into", target, optional, "where the future is stored"},
};
constexpr FieldRow map_fields[] = {
    {"map", expression, required, "the executor or Pool"},
    {"function", function, required, "the function that workers call"},
    {"over", expressions, required,
     "an iterable of arguments, or, for an executor, an array of iterables, one for each "
     "parameter"},
    {"timeout", expression, optional,
     "of an executor; virtual seconds from here on after which it raises TimeoutError rather than "
     "wait for a result; without it, or with None, it waits for as long as it takes"},
    {"chunksize", expression, optional,
     "of a Pool; how many calls a worker is given at a time; without it so many that each gets "
     "four "
     "times some"},
    {"into", target, optional,
     "where the list of the results is stored; without it nobody waits for those of an executor"},
};
constexpr FieldRow result_fields[] = {
    {"result", expression, required, "the future"},
    {"timeout", expression, optional,
     "virtual seconds after which it raises TimeoutError; without it, or with None, it waits for "
     "as long as it takes"},
    {"into", target, optional, "where the result is stored"},
};
constexpr FieldRow exception_fields[] = {
    {"exception", expression, required, "the future"},
    {"timeout", expression, optional,
     "virtual seconds after which it raises TimeoutError; without it, or with None, it waits for "
     "as long as it takes"},
    {"into", target, optional, "where the exception is stored, or None"},
};
constexpr FieldRow wait_futures_fields[] = {
    {"wait_futures", expression, required, "an iterable of futures"},
    {"timeout", expression, optional,
     "virtual seconds after which it waits no longer; without it, or with None, for as long as it "
     "takes"},
    {"return_when", expression, optional,
     "'FIRST_COMPLETED', 'FIRST_EXCEPTION', which is as good as all of them, or 'ALL_COMPLETED', "
     "as without it"},
    {"done", target, optional, "where the list of those that are done is stored"},
    {"not_done", target, optional, "where the list of the others is stored"},
};
constexpr FieldRow add_done_callback_fields[] = {
    {"add_done_callback", expression, required, "the future"},
    {"function", function, required, "the function, which is called with the future"},
};

constexpr FieldRow pool_fields[] = {
    {"pool", expression, required, "the Pool"},
};
constexpr FieldRow apply_fields[] = {
    {"apply", expression, required, "the Pool"},
    {"function", function, required, "the function that a worker calls"},
    {"args", arguments, optional, "the function's arguments"},
    kwargs_row,
    {"into", target, optional, "where its result is stored"},
};
constexpr FieldRow callback_row{
    "callback", function, optional,
    "the function that is called with the result, by a thread of the Pool"};
constexpr FieldRow error_callback_row{
    "error_callback", function, optional,
    "the function that is called with the exception, by a thread of the Pool"};
constexpr FieldRow result_row{"into", target, optional, "where the AsyncResult is stored"};
constexpr FieldRow chunksize_row{"chunksize", expression, optional,
                                 "how many calls a worker is given at a time; without it so many "
                                 "that each gets four times some"};
constexpr FieldRow apply_async_fields[] = {
    {"apply_async", expression, required, "the Pool"},
    {"function", function, required, "the function that a worker calls"},
    {"args", arguments, optional, "the function's arguments"},
    kwargs_row,
    callback_row,
    error_callback_row,
    result_row,
};
constexpr FieldRow map_async_fields[] = {
    {"map_async", expression, required, "the Pool"},
    {"function", function, required, "the function that workers call"},
    {"over", expression, required, "an iterable of arguments"},
    chunksize_row,
    callback_row,
    error_callback_row,
    result_row,
};
constexpr FieldRow starmap_fields[] = {
    {"starmap", expression, required, "the Pool"},
    {"function", function, required, "the function that workers call"},
    {"over", expression, required, "an iterable of tuples, each of the arguments of a call"},
    chunksize_row,
    {"into", target, optional, "where the list of the results is stored"},
};
constexpr FieldRow starmap_async_fields[] = {
    {"starmap_async", expression, required, "the Pool"},
    {"function", function, required, "the function that workers call"},
    {"over", expression, required, "an iterable of tuples, each of the arguments of a call"},
    chunksize_row,
    callback_row,
    error_callback_row,
    result_row,
};
constexpr FieldRow imap_fields[] = {
    {"imap", expression, required, "the Pool"},
    {"function", function, required, "the function that workers call"},
    {"over", expression, required, "an iterable of arguments"},
    {"into", target, optional, "where the iterator over the results is stored"},
};
constexpr FieldRow imap_unordered_fields[] = {
    {"imap_unordered", expression, required, "the Pool"},
    {"function", function, required, "the function that workers call"},
    {"over", expression, required, "an iterable of arguments"},
    {"into", target, optional, "where the iterator over the results is stored"},
};
constexpr FieldRow next_fields[] = {
    {"next", expression, required, "the iterator that imap or imap_unordered gave"},
    {"timeout", expression, optional,
     "virtual seconds after which it raises mp.TimeoutError; without it, or with None, it waits "
     "for as long as it takes"},
    {"into", target, optional, "where the result is stored"},
};

constexpr FieldRow os_exit_fields[] = {
    {"_exit", expression, required, "the exit status"},
};

constexpr std::array rows{
    StatementRow{StatementKind::set, "set", "assigns to a variable, an item or an attribute",
                 R"json({"set": "n", "to": "n - 1"})json", "", set_fields},
    StatementRow{StatementKind::append, "append", "adds an item at the end of a list",
                 R"json({"append": "done", "item": "i"})json", "", append_fields},
    StatementRow{StatementKind::pop, "pop", "takes an item out of a list or dict",
                 R"json({"pop": "jobs", "index": 0, "into": "job"})json", "", pop_fields},
    StatementRow{StatementKind::print, "print", "prints values on a line, separated by blanks",
                 R"json({"print": "f'{n} left'"})json", "print({print})", print_fields},
    StatementRow{
        StatementKind::assert_, "assert", "raises AssertionError unless the expression is true",
        R"json({"assert": "n >= 0", "message": "'n fell below zero'"})json", "", assert_fields},
    StatementRow{StatementKind::choose, "choose",
                 "takes any one of the values; an exploration tries every one",
                 R"json({"choose": "wait", "from": "[1, 2, 4]"})json", "", choose_fields},
    StatementRow{StatementKind::atomic, "atomic",
                 "no other thread runs in between; a blocking operation inside is an error",
                 R"json({"atomic": [{"set": "n", "to": "n + 1"}]})json", "", atomic_fields},
    StatementRow{StatementKind::await, "await",
                 "waits until the expression over shared variables is true, as a busy loop would",
                 R"json({"await": "ready"})json", "", await_fields},
    StatementRow{StatementKind::if_, "if", "executes one of two blocks",
                 R"json({"if": "n > 0", "then": [{"print": "n"}], "else": [{"pass": true}]})json",
                 "", if_fields},
    StatementRow{StatementKind::while_, "while", "repeats a block as long as a condition holds",
                 R"json({"while": "n > 0", "do": [{"set": "n", "to": "n - 1"}]})json", "",
                 while_fields},
    StatementRow{StatementKind::for_, "for", "executes a block for each item of an iterable",
                 R"json({"for": "i", "in": "range(3)", "do": [{"print": "i"}]})json", "",
                 for_fields},
    StatementRow{StatementKind::break_, "break", "leaves the innermost loop",
                 R"json({"break": true})json", "", break_fields},
    StatementRow{StatementKind::continue_, "continue",
                 "goes on with the next round of the innermost loop",
                 R"json({"continue": true})json", "", continue_fields},
    StatementRow{StatementKind::call, "call", "calls a function",
                 R"json({"call": "f", "args": [1, "'a'"], "into": "x"})json",
                 "{call}({args}, **{kwargs})", call_fields},
    StatementRow{StatementKind::return_, "return", "leaves the function",
                 R"json({"return": "n"})json", "", return_fields},
    StatementRow{
        StatementKind::try_, "try", "handles exceptions",
        R"json({"try": [{"call": "f"}], "except": {"type": "ValueError", "as": "e", "do": [{"print": "e"}]}})json",
        "", try_fields},
    StatementRow{StatementKind::raise, "raise", "raises an exception",
                 R"json({"raise": "ValueError('no such user')"})json", "", raise_fields},
    StatementRow{StatementKind::pass, "pass", "does nothing", R"json({"pass": true})json", "",
                 pass_fields},
    StatementRow{StatementKind::global, "global", "the function assigns to these shared variables",
                 R"json({"global": ["n", "done"]})json", "", global_fields},
    StatementRow{StatementKind::sleep, "sleep", "sleeps; other threads may run",
                 R"json({"sleep": 0.1})json", "time.sleep({sleep})", sleep_fields},
    StatementRow{StatementKind::io, "io", "waits for input or output; other threads may run",
                 R"json({"io": 0.1})json", "time.sleep({io})", io_fields},
    StatementRow{StatementKind::compute, "compute",
                 "computes; the GIL is held and given up as its model says",
                 R"json({"compute": 0.1})json", "compute({compute})", compute_fields},
    StatementRow{StatementKind::yield, "yield", "lets other threads run",
                 R"json({"yield": true})json", "time.sleep(0)", yield_fields},
    StatementRow{StatementKind::thread, "thread", "creates a thread",
                 R"json({"thread": "t", "target": "f", "args": [1], "daemon": true})json",
                 "threading.Thread(target={target}, args={args}, kwargs={kwargs}, name={name}, "
                 "daemon={daemon})",
                 thread_fields},
    StatementRow{StatementKind::start, "start", "starts a thread or process",
                 R"json({"start": "t"})json", "{start}.start()", start_fields},
    StatementRow{
        StatementKind::join, "join",
        "waits until a thread or process has ended, all tasks of a queue are done, or a Pool "
        "that was closed or terminated has ended",
        R"json({"join": "t", "timeout": 1})json", "{join}.join(timeout={timeout})", join_fields},
    StatementRow{StatementKind::spawn, "spawn", "creates a thread and starts it",
                 R"json({"spawn": "f", "args": [1], "as": "t"})json",
                 "threading.Thread(target={spawn}, args={args}, kwargs={kwargs}, name={name}, "
                 "daemon={daemon})",
                 spawn_fields},
    StatementRow{StatementKind::acquire, "acquire", "acquires a lock or semaphore",
                 R"json({"acquire": "mutexA", "timeout": 1, "into": "got"})json",
                 "{acquire}.acquire({blocking}, timeout={timeout})", acquire_fields},
    StatementRow{StatementKind::release, "release", "releases a lock or semaphore",
                 R"json({"release": "mutexA"})json", "{release}.release({n})", release_fields},
    StatementRow{StatementKind::with, "with", "holds locks while a block is executed",
                 R"json({"with": "mutexA", "do": [{"set": "n", "to": "n + 1"}]})json", "",
                 with_fields},
    StatementRow{StatementKind::wait, "wait",
                 "waits on a condition, for an event, or until the result of a Pool is there",
                 R"json({"wait": "cond", "timeout": 1, "into": "notified"})json",
                 "{wait}.wait({timeout})", wait_fields},
    StatementRow{StatementKind::wait_for, "wait_for",
                 "waits on a condition until an expression is true",
                 R"json({"wait_for": "cond", "until": "n > 0"})json",
                 "{wait_for}.wait_for(lambda: {until}, {timeout})", wait_for_fields},
    StatementRow{StatementKind::notify, "notify", "wakes threads that wait on a condition",
                 R"json({"notify": "cond", "n": 2})json", "{notify}.notify({n})", notify_fields},
    StatementRow{StatementKind::notify_all, "notify_all",
                 "wakes all threads that wait on a condition", R"json({"notify_all": "cond"})json",
                 "{notify_all}.notify_all()", notify_all_fields},
    StatementRow{StatementKind::event_set, "event_set",
                 "sets an event's flag and wakes all who wait for it",
                 R"json({"event_set": "ready"})json", "{event_set}.set()", event_set_fields},
    StatementRow{StatementKind::event_clear, "event_clear", "clears an event's flag",
                 R"json({"event_clear": "ready"})json", "{event_clear}.clear()",
                 event_clear_fields},
    StatementRow{StatementKind::put, "put", "puts an item into a queue",
                 R"json({"put": "q", "item": "i", "timeout": 1})json",
                 "{put}.put({item}, block={block}, timeout={timeout})", put_fields},
    StatementRow{StatementKind::get, "get",
                 "takes an item out of a queue; or waits for the result of a Pool, or raises what "
                 "its call has raised",
                 R"json({"get": "q", "into": "item"})json",
                 "{get}.get(block={block}, timeout={timeout})", get_fields},
    StatementRow{StatementKind::task_done, "task_done",
                 "says that an item from a queue is dealt with", R"json({"task_done": "q"})json",
                 "{task_done}.task_done()", task_done_fields},
    StatementRow{StatementKind::shutdown, "shutdown",
                 "ends a queue: put raises ShutDown, and so does get once the queue is empty; or a "
                 "pool: submit raises RuntimeError, and the workers end once all is done",
                 R"json({"shutdown": "q", "immediate": true})json",
                 "{shutdown}.shutdown(immediate={immediate}, wait={block}, "
                 "cancel_futures={cancel_futures})",
                 shutdown_fields},
    StatementRow{StatementKind::barrier_wait, "barrier_wait",
                 "waits at a barrier until all its parties have come",
                 R"json({"barrier_wait": "meeting", "timeout": 1, "into": "i"})json",
                 "{barrier_wait}.wait({timeout})", barrier_wait_fields},
    StatementRow{StatementKind::reset, "reset",
                 "makes a barrier as new; who waits gets BrokenBarrierError",
                 R"json({"reset": "meeting"})json", "{reset}.reset()", reset_fields},
    StatementRow{StatementKind::abort, "abort",
                 "breaks a barrier; who waits or comes gets BrokenBarrierError",
                 R"json({"abort": "meeting"})json", "{abort}.abort()", abort_fields},
    StatementRow{StatementKind::timer, "timer",
                 "creates a thread that waits and then calls a function, once it is started",
                 R"json({"timer": "t", "interval": 5, "function": "f", "args": [1]})json",
                 "threading.Timer({interval}, {function}, args={args}, kwargs={kwargs})",
                 timer_fields},
    StatementRow{
        StatementKind::process, "process",
        "creates a process, which begins with a copy of all memory once it is started",
        R"json({"process": "p", "target": "f", "args": [1]})json",
        "multiprocessing.Process(target={target}, args={args}, kwargs={kwargs}, name={name}, "
        "daemon={daemon})",
        process_fields},
    StatementRow{StatementKind::join_thread, "join_thread",
                 "waits until all that this process has put into a closed queue is in the pipe",
                 R"json({"join_thread": "mq"})json", "{join_thread}.join_thread()",
                 join_thread_fields},
    StatementRow{StatementKind::cancel_join_thread, "cancel_join_thread",
                 "lets the process end without waiting until what it has put is in the pipe",
                 R"json({"cancel_join_thread": "mq"})json",
                 "{cancel_join_thread}.cancel_join_thread()", cancel_join_thread_fields},
    StatementRow{
        StatementKind::terminate, "terminate",
        "sends SIGTERM to a process, which ends some time later, wherever it stands; or ends "
        "a Pool with its workers",
        R"json({"terminate": "p"})json", "{terminate}.terminate()", terminate_fields},
    StatementRow{StatementKind::kill, "kill",
                 "sends SIGKILL to a process, which ends some time later, wherever it stands",
                 R"json({"kill": "p"})json", "{kill}.kill()", kill_fields},
    StatementRow{StatementKind::cancel, "cancel",
                 "ends a timer whose time has not come, or a task that no worker has begun",
                 R"json({"cancel": "t"})json", "{cancel}.cancel()", cancel_fields},
    StatementRow{StatementKind::input, "input", "reads a line of input",
                 R"json({"input": "answer", "prompt": "'> '"})json", "input({prompt})",
                 input_fields},
    StatementRow{StatementKind::atexit, "atexit",
                 "registers a function that MainThread calls before the process ends, the last one "
                 "first",
                 R"json({"atexit": "f", "args": [1]})json",
                 "atexit.register({atexit}, {args}, **{kwargs})", atexit_fields},
    StatementRow{
        StatementKind::write, "write", "appends text to a file, all at once; other threads may run",
        R"json({"write": "log", "text": "f'{i}\\n'"})json", "{write}.write({text})", write_fields},
    StatementRow{StatementKind::listen, "listen", "lets others connect to a Listener",
                 R"json({"listen": "server", "backlog": 5})json", "{listen}.listen({backlog})",
                 listen_fields},
    StatementRow{StatementKind::accept, "accept", "waits for a client and accepts it",
                 R"json({"accept": "server", "into": "conn"})json", "{accept}.accept({timeout})",
                 accept_fields},
    StatementRow{StatementKind::connect, "connect", "connects to a Listener",
                 R"json({"connect": "server", "into": "conn"})json", "{connect}.connect({timeout})",
                 connect_fields},
    StatementRow{StatementKind::send, "send", "sends bytes; waits while the peer's buffer is full",
                 R"json({"send": "conn", "data": "b'hello'"})json", "{send}.send({data})",
                 send_fields},
    StatementRow{StatementKind::recv, "recv", "waits for bytes from the peer and takes them",
                 R"json({"recv": "conn", "size": 1024, "into": "data"})json",
                 "{recv}.recv({size}, {timeout})", recv_fields},
    StatementRow{
        StatementKind::close, "close",
        "closes a Listener or an end of a connection; or the object of a process that has ended; "
        "or a queue of multiprocessing for this process; or a Pool, which takes no more tasks and "
        "ends its workers once all is done",
        R"json({"close": "conn"})json", "{close}.close()", close_fields},
    StatementRow{StatementKind::submit, "submit",
                 "has a function called by a worker of a pool; the future stands for the call",
                 R"json({"submit": "pool", "function": "f", "args": [1], "into": "future"})json",
                 "{submit}.submit({function}, {args}, **{kwargs})", submit_fields},
    StatementRow{StatementKind::map, "map",
                 "submits a call for each item of an iterable; an exception in one of them shows "
                 "only where its result is wanted",
                 R"json({"map": "pool", "function": "f", "over": "range(3)", "into": "xs"})json",
                 "{map}.map({function}, {over}, timeout={timeout}, chunksize={chunksize})",
                 map_fields},
    StatementRow{StatementKind::result, "result",
                 "waits for the result of a future, or raises what its call has raised",
                 R"json({"result": "future", "timeout": 1, "into": "x"})json",
                 "{result}.result(timeout={timeout})", result_fields},
    StatementRow{StatementKind::exception, "exception",
                 "waits for the exception that the call of a future has raised",
                 R"json({"exception": "future", "into": "e"})json",
                 "{exception}.exception(timeout={timeout})", exception_fields},
    StatementRow{StatementKind::add_done_callback, "add_done_callback",
                 "has a function called with the future once that is done, at once if it is",
                 R"json({"add_done_callback": "future", "function": "f"})json",
                 "{add_done_callback}.add_done_callback({function})", add_done_callback_fields},
    StatementRow{StatementKind::wait_futures, "wait_futures",
                 "waits until futures are done; in Python it is called concurrent.futures.wait",
                 R"json({"wait_futures": "fs", "timeout": 1, "done": "done"})json",
                 "wait_futures({wait_futures}, timeout={timeout}, return_when={return_when})",
                 wait_futures_fields},
    StatementRow{StatementKind::pool, "pool",
                 "makes a Pool of multiprocessing: forks its workers, each with a copy of all "
                 "memory, and starts the three threads that serve it",
                 R"json({"pool": "workers"})json", "", pool_fields},
    StatementRow{StatementKind::apply, "apply",
                 "has a worker of a Pool call a function, and waits for the result",
                 R"json({"apply": "workers", "function": "f", "args": [1], "into": "x"})json",
                 "{apply}.apply({function}, args={args}, kwds={kwargs})", apply_fields},
    StatementRow{
        StatementKind::apply_async, "apply_async",
        "has a worker of a Pool call a function; the AsyncResult stands for the call",
        R"json({"apply_async": "workers", "function": "f", "args": [1], "into": "r"})json",
        "{apply_async}.apply_async({function}, args={args}, kwds={kwargs}, callback={callback}, "
        "error_callback={error_callback})",
        apply_async_fields},
    StatementRow{StatementKind::map_async, "map_async",
                 "has the workers of a Pool call a function with each item of an iterable",
                 R"json({"map_async": "workers", "function": "f", "over": "xs", "into": "r"})json",
                 "{map_async}.map_async({function}, {over}, chunksize={chunksize}, "
                 "callback={callback}, error_callback={error_callback})",
                 map_async_fields},
    StatementRow{StatementKind::starmap, "starmap",
                 "as map of a Pool, with several arguments for each call",
                 R"json({"starmap": "workers", "function": "f", "over": "xs", "into": "ys"})json",
                 "{starmap}.starmap({function}, {over}, chunksize={chunksize})", starmap_fields},
    StatementRow{
        StatementKind::starmap_async, "starmap_async",
        "as map_async, with several arguments for each call",
        R"json({"starmap_async": "workers", "function": "f", "over": "xs", "into": "r"})json",
        "{starmap_async}.starmap_async({function}, {over}, chunksize={chunksize}, "
        "callback={callback}, error_callback={error_callback})",
        starmap_async_fields},
    StatementRow{StatementKind::imap, "imap",
                 "as map_async, with an iterator that gives the results in order as they come",
                 R"json({"imap": "workers", "function": "f", "over": "xs", "into": "it"})json",
                 "{imap}.imap({function}, {over})", imap_fields},
    StatementRow{
        StatementKind::imap_unordered, "imap_unordered",
        "as imap, with the results in the order in which they come",
        R"json({"imap_unordered": "workers", "function": "f", "over": "xs", "into": "it"})json",
        "{imap_unordered}.imap_unordered({function}, {over})", imap_unordered_fields},
    StatementRow{StatementKind::next, "next",
                 "waits for the next result of an iterator, or raises what its call has raised; "
                 "StopIteration after the last",
                 R"json({"next": "it", "timeout": 1, "into": "x"})json",
                 "{next}.next(timeout={timeout})", next_fields},
    StatementRow{StatementKind::os_exit, "_exit",
                 "ends the process at once, with all its threads, as os._exit: nothing is waited "
                 "for, and nothing is called that is registered with atexit",
                 R"json({"_exit": 3})json", "os._exit({_exit})", os_exit_fields},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].kind) != i) return false;
    if (rows[i].fields[0].key != rows[i].key || !rows[i].fields[0].required) return false;
  }
  return true;
}
static_assert(in_order(), "row i is that of StatementKind i, and its first field names it");

}  // namespace

std::span<const StatementRow> statement_rows() { return rows; }

const StatementRow& row(StatementKind kind) { return rows[static_cast<std::size_t>(kind)]; }

std::optional<StatementKind> statement_named(std::string_view key) {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const StatementRow& row) { return row.key == key; });
  if (found == rows.end()) return std::nullopt;
  return found->kind;
}

std::size_t field_index(StatementKind kind, std::string_view key) {
  const std::span<const FieldRow> fields = row(kind).fields;
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const FieldRow& field) { return field.key == key; });
  LOCKSTEP_ASSERT(found != fields.end(), "the row has a field of this name");
  return static_cast<std::size_t>(found - fields.begin());
}

}  // namespace lockstep
