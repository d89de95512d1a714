# Behind shim.py where a program has pools.
#
# The pools are those of concurrent.futures, with queues, tokens, futures and workers that take
# turns. A submit is one turn, whatever it does inside.
import concurrent.futures as _futures  # noqa: E402
import concurrent.futures.thread as _pool  # noqa: E402

_futures_base = _pool._base


class _WorkQueue(_queue.SimpleQueue):
    def get(self, block=True, timeout=None):
        with _Turn("take", self.executor):
            return super().get()

    def get_nowait(self):  # only by shutdown(cancel_futures=True)
        with _Turn("drain", self.executor):
            while True:
                item = super().get(False)
                if item is not None:
                    return item


class _IdleTokens(_threading.Semaphore):
    def release(self, n=1):
        with _Turn("idle"):
            super().release(n)


class _Worker(_threading.Thread):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._number = _number(self)

    def run(self):
        _me.number = self._number
        try:
            super().run()
        finally:
            with _Turn("end"):
                _ended.append(self)
            _pass_on(self._number)


class _Future(_futures_base.Future):
    def _outcome(self, what, timeout):
        if getattr(_me, "looks_at_all", False):
            return getattr(super(), what)(timeout)
        with _Turn(what, self, _is_patient(timeout)) as kind:
            if kind == "!":
                raise TimeoutError
            return getattr(super(), what)(timeout)

    def result(self, timeout=None):
        return self._outcome("result", timeout)

    def exception(self, timeout=None):
        return self._outcome("exception", timeout)


_Future.__name__ = "Future"


def _takes_turn_first(name):
    plain = getattr(_futures_base.Future, name)

    def method(self, *args):
        if not getattr(_me, "looks_at_all", False):
            take_turn(name)
        return plain(self, *args)

    setattr(_Future, name, method)


for _name in ("cancel", "add_done_callback", "set_running_or_notify_cancel", "set_result",
              "set_exception", "done", "running", "cancelled"):
    _takes_turn_first(_name)


class _PoolThreading:
    Lock, Semaphore, Thread = _threading.Lock, _IdleTokens, _Worker


class _PoolQueue:
    SimpleQueue, Empty = _WorkQueue, _queue.Empty


_pool.threading, _pool.queue, _futures_base.Future = _PoolThreading, _PoolQueue, _Future


def _result_or_cancel(future, timeout=None):
    # Where there is no timeout, the cancel that comes after the result changes nothing.
    try:
        return future.result(timeout)
    except BaseException:
        if timeout is not None:
            future.cancel()
        raise


_futures_base._result_or_cancel = _result_or_cancel
_executors = []


def wait_futures(futures, timeout=None, return_when="ALL_COMPLETED"):
    """concurrent.futures.wait; the two sets as lists, in the order of the futures."""
    if hasattr(futures, "__iter__"):
        futures = list(futures)  # before others can change it
    with _Turn("wait", None, _is_patient(timeout)) as kind:
        _me.looks_at_all = True
        try:
            both = _futures.wait(futures, 0 if kind == "!" else timeout, return_when)
        finally:
            _me.looks_at_all = False
    return [[future for future in dict.fromkeys(futures) if future in one] for one in both]


def _as_completed(futures, timeout=None):
    """With the waiter of concurrent.futures; those that are done at the start in their order."""
    end = None if timeout is None else timeout + _now()
    if hasattr(futures, "__iter__"):
        futures = list(futures)  # before others can change it
    with _Turn("wait"):
        futures = list(dict.fromkeys(futures))
        pending = [future for future in futures
                   if future._state not in ("CANCELLED_AND_NOTIFIED", "FINISHED")]
        waiter = _futures_base._create_and_install_waiters(pending, _futures_base._AS_COMPLETED)
    yield from [future for future in futures if future not in pending]
    while pending:
        remaining = None if end is None else end - _now()
        with _Turn("wait", None, _is_patient(remaining)) as kind:
            late = kind == "!" or (end is not None and (
                timeout <= 0 or (kind is None and remaining < 0)))
            if late or not waiter.event.wait(remaining):
                raise TimeoutError("%d (of %d) futures unfinished" % (len(pending), len(futures)))
            finished, waiter.finished_futures = waiter.finished_futures, []
            waiter.event.clear()
        for future in finished:
            pending.remove(future)
        yield from finished


def _living(workers):
    return sorted((thread for thread in workers if _threading.Thread.is_alive(thread)),
                  key=lambda thread: thread._number)


def _join_workers(workers):
    while workers:
        with _Turn("join", workers[0]):
            _threading.Thread.join(workers[0])
            workers = _living(workers[1:])


class ThreadPoolExecutor(_pool.ThreadPoolExecutor):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._work_queue.executor = self
        self._futures = 0  # that were submitted
        _executors.append(self)

    def submit(self, function, /, *args, **kwargs):
        with _Turn("submit", self):
            future = super().submit(function, *args, **kwargs)
            future.number, future.number_in = self._futures, self
            self._futures += 1
            return future

    def shutdown(self, wait=True, *, cancel_futures=False):
        with _Turn("shutdown", self):
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            workers = _living(self._threads)
        if wait:
            _join_workers(workers)

    def _initializer_failed(self):
        with _Turn("fail", self):
            super()._initializer_failed()

    def __enter__(self):
        take_turn("enter")
        return self


def _exit_pools():
    if not _executors:
        return
    with _Turn("exit"):
        _pool._shutdown = True
        for executor in _executors:
            _queue.SimpleQueue.put(executor._work_queue, None)
        workers = _living(thread for executor in _executors for thread in executor._threads)
    _join_workers(workers)


class _Concurrent:
    class futures:
        ThreadPoolExecutor, CancelledError = ThreadPoolExecutor, _futures.CancelledError
        as_completed = staticmethod(_as_completed)
        BrokenExecutor, InvalidStateError = _futures.BrokenExecutor, _futures.InvalidStateError
        thread = _pool


concurrent = _Concurrent
_last_of_main.append(_exit_pools)
