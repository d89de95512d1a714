"""A scenario as a Python program: a second reading of the format, independent of lockstep's.

Only for tests. The program prints what the scenario prints, then one last line of JSON:
{"final": {variable: repr}, "exceptions": {thread: "Type: text"}}. Durations are multiplied by
SCALE, so that a test need not wait for real seconds.
"""
import json
import sys

SCALE = 0.05

PRELUDE = '''\
import json as _json, random as _random, sys as _sys, time as _time, threading
import multiprocessing as mp
from multiprocessing import Process, current_process
from os import _exit, getpid, getppid
from threading import (Lock, RLock, Semaphore, BoundedSemaphore, Event, Condition, Thread,
                       Barrier, BrokenBarrierError, Timer, local as Local,
                       current_thread, main_thread, active_count, get_ident)
from threading import enumerate as enumerate_threads
from queue import Queue, LifoQueue, PriorityQueue, SimpleQueue, Empty, Full
try: from queue import ShutDown
except ImportError: pass  # new in 3.13
_sys.setswitchinterval(1e-5)
_SCALE = %r
_uncaught = {}
def _record(name, kind, value):
    if kind is not SystemExit:
        text = str(value)
        module = "" if kind.__module__ in ("builtins", "__main__") else kind.__module__ + "."
        _uncaught[name] = module + kind.__name__ + (": " + text if text else "")
threading.excepthook = lambda args: _record(args.thread.name, args.exc_type, args.exc_value)
_sys.excepthook = lambda kind, value, traceback: _record("MainThread", kind, value)
def sleep(seconds): _time.sleep(seconds * _SCALE if seconds > 0 else seconds)
def time(): return _time.monotonic() / _SCALE
def _t(timeout):  # what is no duration is left for CPython to refuse
    return timeout * _SCALE if isinstance(timeout, (int, float)) and 0 < timeout < 1e6 else timeout
_out = _sys.stdout.write
_print_lock = Lock()
def print(*values):
    with _print_lock:
        _out(" ".join(map(str, values)) + "\\n")
        _sys.stdout.flush()
''' % SCALE


SOCKETS = '''
import socket as _socket
_addresses, _open = {}, []
def Listener(buffer=None):
    s = _socket.socket()
    s.bind(("127.0.0.1", 0))
    _addresses[s] = s.getsockname()
    return s
def _within(s, timeout, call):
    if timeout is not None: s.settimeout(timeout)
    try: return call()
    finally:
        if timeout is not None and s.fileno() >= 0: s.settimeout(None)
def _accept(s, timeout=None):
    end = _within(s, timeout, s.accept)[0]
    _open.append(end)
    return end
def _connect(s, timeout=None):
    end = _socket.socket()
    _within(end, timeout, lambda: end.connect(_addresses[s]))
    _open.append(end)
    return end
def _recv(s, size, timeout=None): return _within(s, timeout, lambda: s.recv(size))
'''


def literal(value):
    """A JSON operand: a string is an expression, everything else stands for itself."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "[" + ", ".join(literal(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {literal(v)}" for k, v in value.items()) + "}"
    return repr(value)


def names(value):
    return [value] if isinstance(value, str) else list(value)


class Writer:
    def __init__(self, scenario):
        self.scenario = scenario
        self.lines = []
        self.hidden = 0

    def line(self, depth, text):
        self.lines.append("    " * depth + text)

    def block(self, body, depth):
        for statement in body:
            self.statement(statement, depth)
        if not body:
            self.line(depth, "pass")

    def call(self, s, depth, text):
        self.line(depth, f"{s['into']} = {text}" if "into" in s else text)

    def statement(self, s, depth):
        for key in s:
            method = getattr(self, "do_" + key, None)
            if method is not None:
                method(s, depth)
                return
        raise NotImplementedError(str(s))

    def do_set(self, s, depth): self.line(depth, f"{s['set']} = {literal(s['to'])}")
    def do_append(self, s, depth): self.line(depth, f"{s['append']}.append({literal(s['item'])})")

    def do_pop(self, s, depth):
        index = literal(s["index"]) if "index" in s else ""
        self.call(s, depth, f"{s['pop']}.pop({index})")

    def do_print(self, s, depth):
        values = s["print"] if isinstance(s["print"], list) else [s["print"]]
        self.line(depth, "print(" + ", ".join(literal(v) for v in values) + ")")

    def do_assert(self, s, depth):
        message = ", " + literal(s["message"]) if "message" in s else ""
        self.line(depth, f"assert {literal(s['assert'])}{message}")

    def do_choose(self, s, depth):
        self.line(depth, f"{s['choose']} = _random.choice(list({literal(s['from'])}))")

    def do_if(self, s, depth):
        self.line(depth, f"if {literal(s['if'])}:")
        self.block(s["then"], depth + 1)
        if "else" in s:
            self.line(depth, "else:")
            self.block(s["else"], depth + 1)

    def do_while(self, s, depth):
        self.line(depth, f"while {literal(s['while'])}:")
        self.block(s["do"], depth + 1)

    def do_for(self, s, depth):
        self.line(depth, f"for {', '.join(names(s['for']))} in {literal(s['in'])}:")
        self.block(s["do"], depth + 1)

    def do_break(self, s, depth): self.line(depth, "break")
    def do_continue(self, s, depth): self.line(depth, "continue")
    def do_pass(self, s, depth): self.line(depth, "pass")
    def do_global(self, s, depth): self.line(depth, "global " + ", ".join(names(s["global"])))
    def do_return(self, s, depth): self.line(depth, "return " + literal(s["return"]))

    def do_call(self, s, depth):
        self.call(s, depth, f"{s['call']}({self.arguments(s)})")

    def arguments(self, s):
        given = [literal(a) for a in s.get("args", [])]
        given += [f"{name}={literal(a)}" for name, a in s.get("kwargs", {}).items()]
        return ", ".join(given)

    def named(self, s):
        return "{" + ", ".join(f"{n!r}: {literal(a)}" for n, a in s["kwargs"].items()) + "}"

    def do_try(self, s, depth):
        self.line(depth, "try:")
        self.block(s["try"], depth + 1)
        handlers = s.get("except", [])
        for handler in handlers if isinstance(handlers, list) else [handlers]:
            kinds = names(handler.get("type", []))
            head = "except" + (f" ({', '.join(kinds)},)" if kinds else "")
            if "as" in handler:
                head = (head if kinds else "except BaseException") + f" as {handler['as']}"
            self.line(depth, head + ":")
            self.block(handler["do"], depth + 1)
        for key in ("else", "finally"):
            if key in s:
                self.line(depth, key + ":")
                self.block(s[key], depth + 1)

    def do_raise(self, s, depth):
        self.line(depth, "raise" if s["raise"] is None else "raise " + literal(s["raise"]))

    def do_sleep(self, s, depth): self.line(depth, f"sleep({literal(s['sleep'])})")
    def do_io(self, s, depth): self.line(depth, f"sleep({literal(s['io'])})")
    def do_yield(self, s, depth): self.line(depth, "_time.sleep(0)")

    def do_await(self, s, depth):
        self.line(depth, f"while not ({literal(s['await'])}): _time.sleep(0)")

    def do_process(self, s, depth):
        created = self.create(s, s["target"]).replace("Thread(", "Process(", 1)
        self.line(depth, f"{s['process']} = {created}")

    def create(self, s, target):
        if target in self.scenario.get("classes", {}):
            return f"{target}({', '.join(literal(a) for a in s.get('args', []))})"
        if target is None:
            return f"Thread({', '.join(f'{k}={literal(s[k])}' for k in ('name', 'daemon') if k in s)})"
        given = [f"target={target}", f"args=[{', '.join(literal(a) for a in s.get('args', []))}]"]
        given += [f"{key}={literal(s[key])}" for key in ("name", "daemon") if key in s]
        given += [f"kwargs={self.named(s)}"] if "kwargs" in s else []
        return f"Thread({', '.join(given)})"

    def do_thread(self, s, depth):
        self.line(depth, f"{s['thread']} = {self.create(s, s.get('target', s.get('class')))}")

    def do_spawn(self, s, depth):
        self.hidden += 1
        name = s.get("as", f"_hidden{self.hidden}")
        self.line(depth, f"{name} = {self.create(s, s['spawn'])}")
        self.line(depth, f"{name}.start()")

    def do_start(self, s, depth): self.line(depth, f"{s['start']}.start()")

    def do_join_thread(self, s, depth): self.line(depth, f"{s['join_thread']}.join_thread()")

    def do_cancel_join_thread(self, s, depth):
        self.line(depth, f"{s['cancel_join_thread']}.cancel_join_thread()")

    def do_pool(self, s, depth):
        row = self.scenario["objects"][s["pool"]]
        row = {} if isinstance(row, str) else row
        given = [f"{key}={literal(row[key])}"
                 for key in ("processes", "initializer", "initargs", "maxtasksperchild")
                 if key in row]
        self.line(depth, f"globals()[{s['pool']!r}] = mp.Pool({', '.join(given)})")

    def by_pool(self, s, depth, method, wanted, *given):
        given = [s["function"], *given]
        given += [f"{key}={literal(s[key])}"
                  for key in ("chunksize", "callback", "error_callback") if key in s]
        given += [f"kwds={self.named(s)}"] if "kwargs" in s else []
        self.call(s, depth, f"{s[wanted]}.{method}({', '.join(given)})")

    def do_apply(self, s, depth):
        self.by_pool(s, depth, "apply", "apply", literal(s.get("args", [])))

    def do_apply_async(self, s, depth):
        self.by_pool(s, depth, "apply_async", "apply_async", literal(s.get("args", [])))

    def do_map_async(self, s, depth):
        self.by_pool(s, depth, "map_async", "map_async", literal(s["over"]))

    def do_starmap(self, s, depth):
        self.by_pool(s, depth, "starmap", "starmap", literal(s["over"]))

    def do_starmap_async(self, s, depth):
        self.by_pool(s, depth, "starmap_async", "starmap_async", literal(s["over"]))

    def do_imap(self, s, depth): self.by_pool(s, depth, "imap", "imap", literal(s["over"]))

    def do_imap_unordered(self, s, depth):
        self.by_pool(s, depth, "imap_unordered", "imap_unordered", literal(s["over"]))

    def do_next(self, s, depth): self.call(s, depth, f"{s['next']}.next({self.timeout(s)})")

    def do_submit(self, s, depth):
        given = self.arguments(s)
        self.call(s, depth, f"{s['submit']}.submit({s['function']}{given and ', ' + given})")

    def is_of_pool(self, name):
        return "mp.Pool" in json.dumps(self.scenario["objects"].get(name))

    def do_map(self, s, depth):
        if self.is_of_pool(s["map"]):
            return self.by_pool(s, depth, "map", "map", literal(s["over"]))
        over = ", ".join(literal(o) for o in
                         (s["over"] if isinstance(s["over"], list) else [s["over"]]))
        text = f"{s['map']}.map({s['function']}, {over})"
        self.call(s, depth, f"list({text})" if "into" in s else text)

    def do_result(self, s, depth): self.call(s, depth, f"{s['result']}.result({self.timeout(s)})")

    def do_exception(self, s, depth):
        self.call(s, depth, f"{s['exception']}.exception({self.timeout(s)})")

    def do_add_done_callback(self, s, depth):
        self.line(depth, f"{s['add_done_callback']}.add_done_callback({s['function']})")

    def do__exit(self, s, depth): self.line(depth, f"_exit({literal(s['_exit'])})")
    def do_terminate(self, s, depth): self.line(depth, f"{s['terminate']}.terminate()")
    def do_kill(self, s, depth): self.line(depth, f"{s['kill']}.kill()")

    def timeout(self, s):
        return f"_t({literal(s['timeout'])})" if "timeout" in s else ""

    def do_join(self, s, depth):
        timeout = "timeout=" + self.timeout(s) if "timeout" in s else ""
        self.line(depth, f"{s['join']}.join({timeout})")

    def do_acquire(self, s, depth):
        given = []
        if "blocking" in s:
            given.append(literal(s["blocking"]))
        if "timeout" in s:
            given.append("timeout=" + self.timeout(s))
        self.call(s, depth, f"{s['acquire']}.acquire({', '.join(given)})")

    def do_release(self, s, depth):
        self.line(depth, f"{s['release']}.release({literal(s['n']) if 'n' in s else ''})")

    def do_with(self, s, depth):
        self.line(depth, "with " + ", ".join(names(s["with"])) + ":")
        self.block(s["do"], depth + 1)

    def do_wait(self, s, depth): self.call(s, depth, f"{s['wait']}.wait({self.timeout(s)})")

    def do_wait_for(self, s, depth):
        timeout = ", " + self.timeout(s) if "timeout" in s else ""
        self.call(s, depth, f"{s['wait_for']}.wait_for(lambda: {literal(s['until'])}{timeout})")

    def do_notify(self, s, depth):
        self.line(depth, f"{s['notify']}.notify({literal(s['n']) if 'n' in s else ''})")

    def do_notify_all(self, s, depth): self.line(depth, f"{s['notify_all']}.notify_all()")
    def do_event_set(self, s, depth): self.line(depth, f"{s['event_set']}.set()")
    def do_event_clear(self, s, depth): self.line(depth, f"{s['event_clear']}.clear()")

    def block_and_timeout(self, s):
        given = ["block=" + literal(s["block"])] if "block" in s else []
        return given + (["timeout=" + self.timeout(s)] if "timeout" in s else [])

    def do_put(self, s, depth):
        given = [literal(s["item"]), *self.block_and_timeout(s)]
        self.line(depth, f"{s['put']}.put({', '.join(given)})")

    def do_get(self, s, depth):
        self.call(s, depth, f"{s['get']}.get({', '.join(self.block_and_timeout(s))})")

    def do_task_done(self, s, depth): self.line(depth, f"{s['task_done']}.task_done()")

    def do_shutdown(self, s, depth):
        if "Executor" in json.dumps(self.scenario["objects"].get(s["shutdown"])):
            given = [f"wait={literal(s['block'])}"] if "block" in s else []
            if "cancel_futures" in s:
                given.append(f"cancel_futures={literal(s['cancel_futures'])}")
            self.line(depth, f"{s['shutdown']}.shutdown({', '.join(given)})")
            return
        if sys.version_info < (3, 13):
            raise NotImplementedError("queues have shutdown() since CPython 3.13")
        given = literal(s["immediate"]) if "immediate" in s else ""
        self.line(depth, f"{s['shutdown']}.shutdown({given})")

    def do_listen(self, s, depth):
        self.line(depth, f"{s['listen']}.listen({literal(s['backlog']) if 'backlog' in s else ''})")

    def do_accept(self, s, depth):
        self.call(s, depth, f"_accept({s['accept']}, {self.timeout(s) or None})")

    def do_connect(self, s, depth):
        self.call(s, depth, f"_connect({s['connect']}, {self.timeout(s) or None})")

    def do_send(self, s, depth):
        self.call(s, depth, f"{s['send']}.send({literal(s['data'])})")

    def do_recv(self, s, depth):
        self.call(s, depth, f"_recv({s['recv']}, {literal(s['size'])}, {self.timeout(s) or None})")

    def do_close(self, s, depth): self.line(depth, f"{s['close']}.close()")

    def do_barrier_wait(self, s, depth):
        self.call(s, depth, f"{s['barrier_wait']}.wait({self.timeout(s)})")

    def do_reset(self, s, depth): self.line(depth, f"{s['reset']}.reset()")
    def do_abort(self, s, depth): self.line(depth, f"{s['abort']}.abort()")

    def do_timer(self, s, depth):
        given = ", ".join(literal(a) for a in s.get("args", []))
        named = f", {self.named(s)}" if "kwargs" in s else ""
        self.line(depth, f"{s['timer']} = Timer(_t({literal(s['interval'])}), {s['function']}, "
                         f"[{given}]{named})")

    def do_cancel(self, s, depth): self.call(s, depth, f"{s['cancel']}.cancel()")

    def do_input(self, s, depth):
        self.line(depth, f"{s['input']} = input({literal(s['prompt']) if 'prompt' in s else ''})")

    def make(self, row):
        if "mp.Pool" in json.dumps(row):
            return None  # made by its statement
        if isinstance(row, str):
            row = {"type": row}
        if "buffer" in row:
            raise NotImplementedError("the kernel decides how much a pipe or a socket holds")
        if "same_as" in row:
            return row["same_as"]
        numbers = [literal(row[key]) for key in ("value", "maxsize", "max_workers")
                   if key in row]
        given = numbers[0] if numbers else row.get("lock", "")
        if "initializer" in row:  # it stands further down
            given = ", ".join([*numbers, f"initializer=lambda *a: {row['initializer']}(*a)",
                               f"initargs={literal(row.get('initargs', []))}"])
        if "thread_name_prefix" in row:
            given = ", ".join([*numbers, f"thread_name_prefix={row['thread_name_prefix']!r}"])
        if row["type"] == "mp.Value":
            given = f"'i', {given or 0}"
        if row["type"] == "Barrier":
            # A function of the scenario stands further down.
            action = f"lambda: {row['action']}()" if "action" in row else None
            given = f"{literal(row['parties'])}, {action}, _t({row.get('timeout')})"
        if "count" in row:
            return f"[{row['type']}({given}) for _ in range({literal(row['count'])})]"
        return f"{row['type']}({given})"

    def function(self, name, function, depth):
        body = function if isinstance(function, list) else function["body"]
        params = [] if isinstance(function, list) else function.get("params", [])
        self.line(depth, f"def {name}({', '.join(['self'] * depth + params)}):")
        if name == "__init__":
            self.line(depth + 1, "super().__init__()")
        self.block(body, depth + 1)

    def program(self):
        s = self.scenario
        variables = s.get("variables", {})
        if "Listener" in json.dumps(s.get("objects", {})):
            self.lines.append(SOCKETS)
        if "Executor" in json.dumps(s.get("objects", {})):
            self.lines.append("from concurrent.futures import *")
            self.lines.append("from concurrent.futures.process import BrokenProcessPool")
        if "input" in s:
            self.line(0, "import io as _io")
            self.line(0, "_sys.stdin = _io.StringIO(%r)" % "".join(l + "\n" for l in s["input"]))
        for name, value in s.get("params", {}).items():
            self.line(0, f"{name} = {value!r}")
        for name, row in s.get("objects", {}).items():
            if (made := self.make(row)) is not None:
                self.line(0, f"{name} = {made}")
        for name, value in variables.items():
            self.line(0, f"{name} = {literal(value)}")
        for name, function in s.get("functions", {}).items():
            self.function(name, function, 0)
        for name, its in s.get("classes", {}).items():
            self.line(0, f"class {name}(Thread):")
            self.line(1, "pass")
            for method, function in its.get("methods", {}).items():
                self.function(method, function, 1)
        declared = []
        for i, (name, thread) in enumerate(s.get("threads", {}).items()):
            python_name = name if name.isidentifier() else f"_thread{i}"
            declared.append(python_name)
            if isinstance(thread, list):
                self.line(0, f"def _body{i}():")
                if variables:
                    self.line(1, "global " + ", ".join(variables))
                self.block(thread, 1)
                self.line(0, f"{python_name} = Thread(target=_body{i}, name={name!r})")
            elif isinstance(thread, dict):
                row = dict(thread, name=repr(name))
                self.line(0, f"{python_name} = {self.create(row, thread['target'])}")
        self.line(0, "def _report():")
        self.line(1, "final = {k: repr(globals()[k]) for k in %r}" % list(variables))
        self.line(1, "_out(_json.dumps({'final': final, 'exceptions': _uncaught}) + chr(10))")
        self.line(1, "_sys.stdout.flush()")
        # The report comes after the last non-daemon thread, as lockstep's does.
        self.line(0, "import atexit; atexit.register(_report)")
        if "main" in s:
            self.block(s["main"], 0)
        else:
            for name in declared:
                self.line(0, f"{name}.start()")
            for name in declared:
                self.line(0, f"{name}.join()")
        return PRELUDE + "\n".join(self.lines) + "\n"


def to_python(scenario):
    return Writer(scenario).program()


def strip_comments(text):
    """JSON with comments as JSON; strings are left alone."""
    out, i, inside = [], 0, False
    while i < len(text):
        if inside:
            out.append(text[i])
            if text[i] == "\\":
                out.append(text[i + 1])
                i += 1
            elif text[i] == '"':
                inside = False
        elif text[i] == '"':
            inside = True
            out.append(text[i])
        elif text.startswith("//", i):
            i = text.find("\n", i) - 1 if "\n" in text[i:] else len(text)
        elif text.startswith("/*", i):
            i = text.index("*/", i) + 1
        else:
            out.append(text[i])
        i += 1
    return "".join(out)


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.loads(strip_comments(file.read()))
