"""Runs of lockstep against the python3 of this machine, on the same loops. Used by bench/run.

What is compared are turns of the loop per second of wall time: lockstep's whole process, with
`--trace none`, against the loop alone in CPython. One turn is about as many bytecodes here as
there, so a ratio above 1 says that lockstep executes more of them in a second.
"""
import os
import subprocess
import sys
import time

from peak_memory import peak_memory

HERE = os.path.dirname(os.path.abspath(__file__))

COUNT_GLOBAL = """
def work():
    global n
    while n > 0:
        n = n - 1
n = N
"""
COUNT_LOCAL = """
def work():
    n = N
    while n > 0:
        n = n - 1
"""
CALLS = """
def less(x):
    return x - 1
def work():
    n = N
    while n > 0:
        n = less(n)
"""
LOCK = """
import threading
m = threading.Lock()
def work():
    n = N
    while n > 0:
        with m: pass
        n = n - 1
"""
QUEUE_ONE = """
import queue
q = queue.Queue()
def work():
    n = N
    while n > 0:
        q.put(n)
        q.get()
        n = n - 1
"""
QUEUE_TWO = """
import queue, threading
q = queue.Queue(10)
def produce():
    n = N
    while n > 0:
        q.put(n)
        n = n - 1
def consume():
    n = N
    while n > 0:
        q.get()
        n = n - 1
def work():
    threads = [threading.Thread(target=f) for f in (produce, consume)]
    for t in threads: t.start()
    for t in threads: t.join()
"""
MANY_THREADS = """
import threading, time
mutex = threading.Lock()
n = 0
def one():
    global n
    time.sleep(0.1)
    with mutex:
        n = n + 1
def work():
    threads = [threading.Thread(target=one) for _ in range(N)]
    for t in threads: t.start()
    for t in threads: t.join()
"""
MANY_STEPS = """
import threading
def count():
    global n
    while n > 0:
        n = n - 1
n = N
def work():
    threads = [threading.Thread(target=count) for _ in range(2)]
    for t in threads: t.start()
    for t in threads: t.join()
"""

# title, scenario, the same in Python, turns of the loop
ROWS = [
    ("n = n - 1, global", "global-loop", COUNT_GLOBAL, 3_000_000),
    ("n = n - 1, local", "local-loop", COUNT_LOCAL, 3_000_000),
    ("calls of a function", "calls", CALLS, 3_000_000),
    ("with a Lock, one thread", "lock-one-thread", LOCK, 500_000),
    ("queue, one thread", "queue-one-thread", QUEUE_ONE, 200_000),
    ("queue of 10, two threads", "queue-two-threads", QUEUE_TWO, 100_000),
    ("10 000 threads", "many-threads", MANY_THREADS, 10_000),
    ("10 million steps", "many-steps", MANY_STEPS, 10_000_000),
]
TIMED = "\nimport time\nbegan = time.perf_counter()\nwork()\nprint(time.perf_counter() - began)\n"


def here(binary, name, turns, rounds):
    """(least seconds of the process, its memory in MB)"""
    path = os.path.join(HERE, "scenarios", name + ".lockstep.json")
    command = [binary, "run", path, "--trace", "none", "--max-steps", "0", "--set", f"N={turns}"]
    status, memory = peak_memory(command, stdout=subprocess.DEVNULL)
    if status != 0:
        sys.exit(f"{' '.join(command)}: exit status {status}")
    best = None
    for _ in range(rounds):
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        took = time.perf_counter() - began
        best = took if best is None else min(best, took)
    return best, memory


def there(source, turns, rounds):
    """Least seconds of the loop in CPython; None if it could not be run."""
    program = f"N = {turns}\n{source}{TIMED}"
    best = None
    for _ in range(rounds):
        result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        if result.returncode != 0:
            return None
        took = float(result.stdout)
        best = took if best is None else min(best, took)
    return best


def print_table(binary, rounds):
    version = ".".join(str(n) for n in sys.version_info[:3])
    form = "{:26} {:>14} {:>14} {:>10} {:>12}"
    print(form.format("", "lockstep", f"CPython {version}", "ratio", "lockstep MB"))
    for title, name, source, turns in ROWS:
        took, memory = here(binary, name, turns, rounds)
        real = there(source, turns, rounds)
        row = [title, f"{took / turns * 1e9:,.0f} ns", "-", "-", f"{memory:.1f}"]
        if real is not None:
            row[2:4] = [f"{real / turns * 1e9:,.0f} ns", f"{real / took:.2f} x"]
        print(form.format(*row))
    print("\nns: wall time for one turn of the loop, or for one thread. ratio: turns per second, "
          "lockstep's\nwhole process without trace / the loop alone in CPython.")
