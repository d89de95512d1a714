# Makes the threads of this program take turns as they did in one interleaving.
#
# Before each operation that other threads could notice a thread waits for its turn, and it has the
# turn until its next such operation. The operations themselves are CPython's own: only when they
# happen is decided here. Once all turns are taken everybody runs freely. If then nobody can go on,
# a watchdog says who waits where, with the stacks, and ends the program; so it does if those who
# are to wait for ever do so while others go on:
#   status 3  deadlock    4  the turns do not fit this program    5  it goes on without end
# LOCKSTEP_QUIET is for how many seconds nothing must happen (1); LOCKSTEP_REPORT=1 prints a last
# line of JSON.
import _thread
import atexit as _atexit
import builtins as _builtins
import json as _json
import os as _os
import queue as _queue
import random as _random
import re as _re
import sys as _sys
import tempfile as _tempfile
import threading as _threading
import time as _time
import traceback as _traceback

_QUIET = float(_os.environ.get("LOCKSTEP_QUIET", "1"))
_ENDLESS = 60 * _QUIET

_me = _threading.local()  # number, parking
_guard = _thread.allocate_lock()
_go = {}  # number -> a lock that is free while the thread has the turn
_turns = []  # (thread, kind): "" an operation, "!" its timeout, n the item of a choose
_at = 0
_holder = None  # whose turn it is
_taken = False  # and whether the thread has noticed
_begun = False
_free = False
_stuck = ()  # who then waits for ever, whatever the others do
_end_process = False  # with the last turn: daemon threads then wait for the end
_main_is_over = False
_joins_all = False  # the main thread waits for the threads that were there from the start
_moves = 0
_doing = {}  # number -> what the thread is inside of
_patient = set()  # of them those who go on by themselves after a while
_ended = []
_awaited = set()  # threads that the main thread joins at the end, daemons too
_threads = {}  # number -> Thread
_uncaught = {}
_watching = _thread.allocate_lock()  # held by the watchdog
_at_end = _thread.allocate_lock()  # until it is to leave
_at_end.acquire()
_last_of_main = []  # what the main thread calls when its code is over
_status = None  # with which the program ends, once the main thread's code is over
_values = {}
_clock = 0.0


def repeat(lines, end_process=False, stuck=()):
    global _end_process, _stuck
    _end_process = end_process
    _stuck = stuck
    for turn in " ".join(lines).split():
        turn, _, times = turn.partition("*")
        if turn.endswith("!"):
            _turns.append((int(turn[:-1]), "!"))
        elif "=" in turn:
            thread, _, item = turn.partition("=")
            _turns.append((int(thread), int(item)))
        else:
            _turns.extend([(int(turn), "")] * int(times or 1))


def _number(thread):
    number = len(_go)
    _go[number] = _thread.allocate_lock()
    _go[number].acquire()
    _threads[number] = thread
    return number


def _grant():
    global _holder, _taken, _free
    _taken = False
    if _at < len(_turns):
        _holder = _turns[_at][0]
        if _holder in _go:
            _go[_holder].release()
        return
    _holder, _free = None, True
    for number, lock in _go.items():
        if lock.locked() and not (_end_process and _threads[number].daemon):
            lock.release()


def _pass_on(number):
    global _at
    with _guard:
        if _holder == number and _taken:
            _at += 1
            _grant()


class _Turn:
    """One operation: it begins when the thread's turn comes. As a value: what kind of turn."""

    def __init__(self, what, of=None, patient=False):
        self.what, self.of, self.patient = what, of, patient
        self.outer = None  # the operation of which this one is a part

    def __enter__(self):
        global _moves, _taken
        if self.what != "await" and not self.what.startswith("read "):
            _me.polls = False
        if not getattr(_me, "polls", False):
            _moves += 1
        number = getattr(_me, "number", None)
        if number is None or not _begun:
            return ""
        self.outer = _doing.get(number)
        _doing[number] = self
        if not _free or (_end_process and _threads[number].daemon):
            _pass_on(number)
            _go[number].acquire()
            while _ended:
                _threading.Thread.join(_ended.pop())
            if not _free:
                _taken = True
                return _turns[_at][1]
        if self.patient:
            _patient.add(number)
        return None

    def __exit__(self, *exception):
        global _moves
        if not getattr(_me, "polls", False):
            _moves += 1
        number = getattr(_me, "number", None)
        if self.outer is None:
            _doing.pop(number, None)
        else:
            _doing[number] = self.outer
        _patient.discard(number)


def _end_main():
    global _main_is_over
    with _guard:
        was_over, _main_is_over = _main_is_over, True
    if not was_over:
        _pass_on(0)


def _after_main():
    # Others go on when they can notice that the main thread has ended.
    while _threading.Thread.is_alive(_threads[0]):
        _time.sleep(0.001)
    _end_main()


def take_turn(what):
    with _Turn(what):
        # Who asks again and again goes nowhere: the watchdog is not to count that.
        if what == "await" and _free:
            _me.polls = True
            _time.sleep(0.001)


class _Parking:
    def __enter__(self):
        self.outer = getattr(_me, "parking", False)
        _me.parking = True

    def __exit__(self, *exception):
        _me.parking = self.outer


def _is_patient(timeout):
    return isinstance(timeout, (int, float)) and timeout > 0


class _Waiter:
    """The private lock on which threading.Condition parks a thread."""

    def __init__(self):
        self.lock = _thread.allocate_lock()
        self.is_armed = False

    def acquire(self, blocking=True, timeout=-1):
        global _clock
        if not self.is_armed:  # before it is put into the queue
            self.is_armed = True
            return self.lock.acquire()
        with _Turn("wait", getattr(_me, "waits_on", None), _is_patient(timeout)) as kind:
            if kind == "!":
                _clock += timeout
                return False
            return self.lock.acquire(blocking, timeout)

    def release(self):
        self.lock.release()


def _allocate_lock():
    return _Waiter() if getattr(_me, "parking", False) else _thread.allocate_lock()


def _now():
    return _clock + (_time.monotonic() if _free else 0)


_threading._allocate_lock = _allocate_lock
_threading._time = _queue.time = _now


class _Lock:
    def __init__(self):
        self._lock = self._make()

    def __getattr__(self, name):
        return getattr(self._lock, name)

    def acquire(self, blocking=True, timeout=-1):
        with _Turn("acquire", self, _is_patient(timeout)) as kind:
            return False if kind == "!" else self._lock.acquire(blocking, timeout)

    __enter__ = acquire

    def release(self):
        with _Turn("release", self):
            self._lock.release()

    def __exit__(self, *exception):
        self.release()

    # What threading.Condition does with its lock.
    def _acquire_restore(self, saved):
        with _Turn("acquire", self):
            self._restore(saved)


class Lock(_Lock):
    _make = staticmethod(_thread.allocate_lock)

    def locked(self):
        with _Turn("locked", self):
            return self._lock.locked()

    def _release_save(self):
        self._lock.release()

    def _restore(self, saved):
        self._lock.acquire()

    def _is_owned(self):
        if self._lock.acquire(False):
            self._lock.release()
            return False
        return True


class RLock(_Lock):
    _make = staticmethod(_threading.RLock)

    def _release_save(self):
        return self._lock._release_save()

    def _restore(self, saved):
        self._lock._acquire_restore(saved)

    def _is_owned(self):
        return self._lock._is_owned()


class Condition(_threading.Condition):
    def __init__(self, lock=None):
        if lock is None:
            lock = RLock()
            lock.belongs_to = self
        super().__init__(lock)

    def wait(self, timeout=None):
        _me.waits_on = self
        with _Parking(), _Turn("wait", self):
            return super().wait(timeout)

    def notify(self, n=1):
        with _Turn("notify", self):
            super().notify(n)

    def notify_all(self):
        with _Turn("notify_all", self):
            super().notify(len(self._waiters))


def _gated(base, parks=(), calls=(), attributes=()):
    """A class like `base` whose methods take turns; those of `parks` may park inside."""
    own = {}

    def parking(name):
        def method(self, *args, **kwargs):
            _me.waits_on = self
            # Its turn ends where the thread parks, which takes a turn of its own.
            with _Parking(), _Turn(name, self):
                return getattr(base, name)(self, *args, **kwargs)

        return method

    def plain(name):
        def method(self, *args, **kwargs):
            with _Turn(name, self):
                return getattr(base, name)(self, *args, **kwargs)

        return method

    for name in parks:
        own[name] = parking(name)
    for name in calls:
        own[name] = plain(name)
    def attribute(name):
        def value(self):
            with _Turn(name, self):
                return getattr(base, name).fget(self)

        return property(value)

    for name in attributes:
        own[name] = attribute(name)
    if "acquire" in own:
        own["__enter__"] = own["acquire"]
    return type(base.__name__, (base,), own)


def _join(thread, timeout=None):
    with _Turn("join", thread, _is_patient(timeout)) as kind:
        _threading.Thread.join(thread, 0 if kind == "!" else timeout)


def _is_alive(thread):
    with _Turn("is_alive", thread):
        return _threading.Thread.is_alive(thread)


_main = _threading.main_thread()
_main.join = lambda timeout=None: _join(_main, timeout)
_main.is_alive = lambda: _is_alive(_main)


class Thread(_threading.Thread):
    def __init__(self, *args, **kwargs):
        with _Turn("Thread"):
            super().__init__(*args, **kwargs)
            self._number = _number(self)
            self._run = super().run
            if type(self).run is not Thread.run:  # that of a subclass, within ours
                self._run, self.run = self.run, lambda: Thread.run(self)

    def start(self):
        with _Turn("start", self):
            super().start()

    join, is_alive = _join, _is_alive

    def run(self):
        _me.number = self._number
        try:
            self._run()
        finally:
            with _Turn("end"):
                _ended.append(self)
            _pass_on(self._number)


class _Finished:
    """The event of a Timer, which only the Timer waits for."""

    def __init__(self):
        self.event = _threading.Event()
        self.is_set, self.set = self.event.is_set, self.event.set

    def wait(self, interval):
        with _Turn("wait", None, True) as kind:
            return False if kind == "!" else self.event.wait(interval)


class Timer(Thread):
    def __init__(self, interval, function, args=None, kwargs=None):
        with _Turn("Timer"):
            _threading.Thread.__init__(self)
            self._number = _number(self)
        self.interval, self.function = interval, function
        self.args, self.kwargs = args or (), kwargs or {}
        self.finished = _Finished()
        self._run = lambda: _threading.Timer.run(self)

    def cancel(self):
        with _Turn("cancel", self):
            self.finished.set()


class SimpleQueue:
    def __init__(self):
        self._queue = _queue.SimpleQueue()

    def __getattr__(self, name):
        return getattr(self._queue, name)

    def put(self, item, block=True, timeout=None):
        with _Turn("put", self):
            self._queue.put(item, block, timeout)

    def get(self, block=True, timeout=None):
        with _Turn("get", self, _is_patient(timeout)) as kind:
            if kind == "!":
                raise _queue.Empty
            return self._queue.get(block, timeout)

    def qsize(self):
        with _Turn("qsize", self):
            return self._queue.qsize()

    def empty(self):
        with _Turn("empty", self):
            return self._queue.empty()


def _with_shutdown(base):
    """The queue as it is since Python 3.13 (Lib/queue.py there)."""
    if hasattr(base, "shutdown"):
        return base

    def put(self, item, block=True, timeout=None):
        with self.not_full:
            if self.is_shutdown:
                raise _ShutDown
            wait(self, self.not_full, lambda: self._qsize() >= self.maxsize,
                 self.maxsize <= 0, block, timeout, _queue.Full)
            self._put(item)
            self.unfinished_tasks += 1
            self.not_empty.notify()

    def get(self, block=True, timeout=None):
        with self.not_empty:
            if self.is_shutdown and not self._qsize():
                raise _ShutDown
            wait(self, self.not_empty, lambda: not self._qsize(), False, block, timeout,
                 _queue.Empty)
            item = self._get()
            self.not_full.notify()
            return item

    def wait(self, condition, cannot, never, block, timeout, instead):
        if never:
            return
        if block and timeout is not None:
            if timeout < 0:
                raise ValueError("'timeout' must be a non-negative number")
            end = _now() + timeout
        while cannot():
            remaining = end - _now() if block and timeout is not None else None
            if not block or (remaining is not None and remaining <= 0.0):
                raise instead
            condition.wait(remaining)
            if self.is_shutdown and (instead is _queue.Full or cannot()):
                raise _ShutDown

    def shutdown(self, immediate=False):
        with self.mutex:
            self.is_shutdown = True
            if immediate:
                while self._qsize():
                    self._get()
                    if self.unfinished_tasks > 0:
                        self.unfinished_tasks -= 1
                self.all_tasks_done.notify_all()
            self.not_empty.notify_all()
            self.not_full.notify_all()

    return type(base.__name__, (base,),
                {"is_shutdown": False, "put": put, "get": get, "shutdown": shutdown})


_ShutDown = getattr(_queue, "ShutDown", type("ShutDown", (Exception,), {"__module__": "queue"}))


class _Queues:
    Empty, Full, ShutDown, SimpleQueue = _queue.Empty, _queue.Full, _ShutDown, SimpleQueue
    Queue, LifoQueue, PriorityQueue = (
        _gated(_with_shutdown(kind), ["put", "get", "join"],
               ["task_done", "shutdown", "qsize", "empty", "full"])
        for kind in (_queue.Queue, _queue.LifoQueue, _queue.PriorityQueue))


class _Threading:
    Lock, RLock, Condition, Thread, Timer = Lock, RLock, Condition, Thread, Timer
    Barrier = _gated(_threading.Barrier, ["wait"], ["reset", "abort"],
                     ["n_waiting", "parties", "broken"])
    BrokenBarrierError, local = _threading.BrokenBarrierError, _threading.local
    Semaphore = _gated(_threading.Semaphore, ["acquire"], ["release"])
    BoundedSemaphore = _gated(_threading.BoundedSemaphore, ["acquire"], ["release"])
    Event = _gated(_threading.Event, ["wait"], ["set", "clear", "is_set"])
    current_thread = staticmethod(_threading.current_thread)
    main_thread = staticmethod(_threading.main_thread)
    get_ident = staticmethod(_threading.get_ident)

    @staticmethod
    def active_count():
        with _Turn("active_count"):
            return _threading.active_count()

    @staticmethod
    def enumerate():
        with _Turn("enumerate"):
            return _threading.enumerate()


class _Clock:
    @staticmethod
    def sleep(seconds):
        with _Turn("sleep", patient=True) as kind:
            if kind is None or not _is_patient(seconds):
                _time.sleep(seconds)

    @staticmethod
    def monotonic():
        with _Turn("time"):
            return _time.monotonic()


class _Shared:
    """The shared variables: each read and each write is an operation."""

    def __getattr__(self, name):
        with _Turn("read " + name):
            return _values[name]

    def __setattr__(self, name, value):
        with _Turn("write " + name):
            _values[name] = value


def change(name):
    """A shared list or dict, to be changed in place in one operation."""
    with _Turn("change " + name):
        return _values[name]


class attribute:
    """Of a subclass of Thread: each read and each write is an operation."""

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, thread, owner=None):
        with _Turn("read " + self.name):
            return self.of(thread)

    def __set__(self, thread, value):
        with _Turn("write " + self.name):
            vars(thread)[self.name] = value

    def of(self, thread):
        try:
            return vars(thread)[self.name]
        except KeyError:
            raise AttributeError("%r object has no attribute %r"
                                 % (type(thread).__name__, self.name)) from None


def change_attribute(thread, name):
    """A list or dict that is an attribute, to be changed in place in one operation."""
    with _Turn("change " + name):
        its = vars(type(thread)).get(name)
        return getattr(thread, name) if its is None else its.of(thread)


class File:
    """A file to append to; each write is one call of the system."""

    def __init__(self):
        self._file = _tempfile.TemporaryFile("a+b", buffering=0)

    def write(self, text):
        with _Turn("write", self):
            if not isinstance(text, str):
                raise TypeError("write() argument must be str, not " + type(text).__name__)
            self._file.write(text.encode())
            return len(text)

    def read(self):
        with _Turn("read", self):
            self._file.seek(0)
            return self._file.read().decode()


class _AtExit:
    @staticmethod
    def register(function, *args, **kwargs):
        with _Turn("atexit"):
            _atexit.register(_call_at_exit, function, args, kwargs)


def _call_at_exit(function, args, kwargs):
    _me.number = 0
    _end_main()
    take_turn("exit")
    try:
        function(*args, **kwargs)
    except SystemExit:
        raise
    except BaseException as error:
        _uncaught.setdefault("MainThread", _line_of(type(error), error))
        raise


def choose(items):
    with _Turn("choose") as kind:
        items = list(items)
        return _random.choice(items) if kind is None or kind == "" else items[kind]


def compute(seconds):
    take_turn("compute")
    if seconds < 0:
        raise ValueError("compute length must be non-negative")


def print(*values):
    with _Turn("print"):
        _builtins.print(*values, flush=True)


def input(prompt=None):
    if prompt is not None:
        with _Turn("prompt"):
            _builtins.print(prompt, end="", flush=True)
    with _Turn("input"):
        if not _lines:
            raise EOFError("EOF when reading a line")
        return _lines.pop(0)


_lines = []  # of input
atexit, queue, threading, time, shared = _AtExit, _Queues, _Threading, _Clock, _Shared()


def begin(main=None, threads=()):
    """Runs `main`, or starts and joins the threads that were there from the start."""
    global _begun, _joins_all, _status
    _begun = True
    _thread.start_new_thread(_watch, ())
    for thread in threads:
        _awaited.add(thread._number)
        _threading.Thread.start(thread)
    if main is not None:
        _me.number = 0
    with _guard:
        _grant()
    if main is not None:
        try:
            try:
                main()
            finally:
                for last in _last_of_main:
                    last()
        except BaseException as error:
            _status = _status_of(error)
            raise
        finally:
            _thread.start_new_thread(_after_main, ())
    _joins_all = True
    for thread in threads:
        _threading.Thread.join(thread)
    _joins_all = False
    _status = 0


def _status_of(error):
    if not isinstance(error, SystemExit):
        return 1
    if error.code is None:
        return 0
    return error.code & 0xff if isinstance(error.code, int) else 1


_number(_threading.main_thread())


def _name_of(thing):
    if isinstance(thing, _threading.Thread):
        return thing.name
    if "belongs_to" in vars(thing):
        return _name_of(thing.belongs_to) + ".lock"
    if "number_in" in vars(thing):
        return "future %d of %s" % (thing.number, _name_of(thing.number_in))
    for name, value in vars(_sys.modules["__main__"]).items():
        if name.startswith("_"):
            continue
        if value is thing:
            return name
        if isinstance(value, tuple) and any(item is thing for item in value):
            return "%s[%d]" % (name, [item is thing for item in value].index(True))
    return "something"


def _awaited_at_the_end():
    return [number for number, thread in list(_threads.items())
            if number and _threading.Thread.is_alive(thread)
            and (number in _awaited or not thread.daemon)]


def _waiting():
    """Thread -> what it does, and of what. The main thread at its end is in no operation."""
    waiting = {}
    if 0 not in _doing and (_main_is_over or _joins_all):
        waiting[_threads[0].name] = ("join", ", ".join(
            _threads[number].name for number in _awaited_at_the_end()))
    for number, turn in list(_doing.items()):
        waiting[_threads[number].name] = (turn.what, "" if turn.of is None else _name_of(turn.of))
    return waiting


def _report(end):
    _sys.stdout.flush()
    if _os.environ.get("LOCKSTEP_REPORT"):
        final = {name: repr(value) for name, value in _values.items()}
        line = _json.dumps({"end": end, "turns": min(_at, len(_turns)), "final": final,
                            "exceptions": _uncaught,
                            "waiting": {name: of for name, (_, of) in _waiting().items()}})
        _os.write(1, (line + "\n").encode())


def _give_up(end, status, why):
    _report(end)
    lines = [why] + ["  %s is in %s %s" % (name, what, of) for name, (what, of) in _waiting().items()]
    frames = _sys._current_frames()
    for number, thread in list(_threads.items()):
        if thread.ident in frames and _threading.Thread.is_alive(thread):
            lines.append("\n%s:" % thread.name)
            lines += [line.rstrip() for line in _traceback.format_stack(frames[thread.ident])]
    _os.write(2, ("\n".join(lines) + "\n").encode())
    _os._exit(status)


def _watch():
    with _watching:
        _watch_until_the_end()


def _watch_until_the_end():
    seen, since = -1, 0
    inside, still = [], 0
    while not _at_end.acquire(timeout=_QUIET / 4):
        before, inside = inside, [_doing.get(number) for number in _stuck]
        still = still + _QUIET / 4 if _free and inside == before and None not in inside else 0
        if _stuck and still > 2 * _QUIET:
            _give_up("deadlock", 3, "deadlock: %s cannot go on, whatever the others do" % ", ".join(
                _threads[number].name for number in _stuck))
        if seen != (_moves, len(_patient)) or _patient:
            seen, since = (_moves, len(_patient)), 0
        else:
            since += _QUIET / 4
        if since < _QUIET:
            continue
        if not _free:
            if since < 10 * _QUIET:  # a thread may be slow to come
                continue
            _give_up("diverged", 4, "turn %d of %d does not come: it is that of %s" % (
                _at + 1, len(_turns), _threads[_holder].name if _holder in _threads else _holder))
        alive = _awaited_at_the_end()
        if 0 in _doing:
            alive.append(0)
        if alive and all(number in _doing for number in alive):
            _give_up("deadlock", 3, "deadlock: nobody can go on")
        if since > _ENDLESS:
            _give_up("endless", 5, "it goes on without end")


def _line_of(kind, value):
    name, text = kind.__name__, _re.sub(" at 0x[0-9a-f]+ ", " ", str(value))
    if kind.__module__ != "builtins":
        name = kind.__module__ + "." + name
    return name + (": " + text if text else "")


def _note_exception(args):
    if not issubclass(args.exc_type, SystemExit):
        _uncaught[args.thread.name] = _line_of(args.exc_type, args.exc_value)
        _threading.__excepthook__(args)


def _note_main_exception(kind, value, trace):
    _uncaught["MainThread"] = _line_of(kind, value)
    _sys.__excepthook__(kind, value, trace)


@_atexit.register
def _at_exit():
    _me.number = 0
    _end_main()
    take_turn("exit")  # daemon threads may have turns until then
    _pass_on(0)
    _report("finished")
    _at_end.release()
    _watching.acquire()
    # The interpreter does not take itself apart: a thread that is left would run into it.
    if _status is not None:
        _sys.stderr.flush()
        _os._exit(_status)


_threading.excepthook = _note_exception
_sys.excepthook = _note_main_exception
