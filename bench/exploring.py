"""Explorations against SPIN: the same programs, on the same machine, in the same run."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
TUTORIAL = "scenarios/tutorial/09-deadlock"
CLASSICS = "scenarios/classics"
BENCH = "bench/scenarios"
SECONDS_MAX = 600  # of one search
MEMORY_MAX = 8 << 30

# Title, scenario, its parameters, SPIN's model, its macros. Sizes that only one of the two
# manages within the limits end a family.
ROWS = [
    ("two mutexes", f"{TUTORIAL}/two-mutexes-by-hand", [], "two_mutexes", []),
    ("philosophers naive, 8", f"{CLASSICS}/philosophers-naive", ["N=8"], "philosophers", ["N=8"]),
    ("... 10", f"{CLASSICS}/philosophers-naive", ["N=10"], "philosophers", ["N=10"]),
    ("philosophers ordered, 8", f"{CLASSICS}/philosophers-ordered", ["N=8"], "philosophers",
     ["N=8", "ORDERED"]),
    ("... 10", f"{CLASSICS}/philosophers-ordered", ["N=10"], "philosophers", ["N=10", "ORDERED"]),
    ("naive, for ever, 8", f"{BENCH}/philosophers-naive-for-ever", ["N=8"], "philosophers",
     ["N=8", "FOREVER"]),
    ("ordered, for ever, 8", f"{BENCH}/philosophers-ordered-for-ever", ["N=8"], "philosophers",
     ["N=8", "ORDERED", "FOREVER"]),
    ("... 12", f"{BENCH}/philosophers-ordered-for-ever", ["N=12"], "philosophers",
     ["N=12", "ORDERED", "FOREVER"]),
    ("with a waiter, 6", f"{CLASSICS}/philosophers-waiter", ["N=6"], "philosophers",
     ["N=6", "WAITER"]),
    ("increments, 3 x 3", f"{BENCH}/increments", ["N=3", "K=3"], "increments", ["N=3", "K=3"]),
    ("increments, 4 x 3", f"{BENCH}/increments", ["N=4", "K=3"], "increments", ["N=4", "K=3"]),
    ("bounded buffer, 1 x 2", f"{BENCH}/bounded-buffer", ["CAPACITY=1", "ITEMS=2"],
     "bounded_buffer", ["CAPACITY=1", "ITEMS=2"]),
    ("bounded buffer, 2 x 3", f"{BENCH}/bounded-buffer", ["CAPACITY=2", "ITEMS=3"],
     "bounded_buffer", ["CAPACITY=2", "ITEMS=3"]),
    ("readers and writers, 2 + 2", f"{BENCH}/readers-writers", ["N=2"], "readers_writers", ["N=2"]),
    ("readers and writers, 3 + 3", f"{BENCH}/readers-writers", ["N=3"], "readers_writers", ["N=3"]),
]


def timed(command, rounds, **options):
    """The least wall time of a command, and its last result; None if it takes too long."""
    best, result = None, None
    for _ in range(rounds):
        began = time.perf_counter()
        try:
            result = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX,
                                    **options)
        except subprocess.TimeoutExpired:
            return None, None
        took = time.perf_counter() - began
        best = took if best is None else min(best, took)
        if took > 5:
            break
    return best, result


class Explored:
    """What one of the two says: seconds of the process, of the search, states, faults."""

    def __init__(self, seconds, search, states, bytes_each, deadlocks, is_faulty):
        self.seconds, self.search, self.states = seconds, search, states
        self.bytes_each, self.deadlocks, self.is_faulty = bytes_each, deadlocks, is_faulty

    @property
    def rate(self):
        return self.states / max(self.search, 1e-6)


def lockstep(binary, path, sets, reduction, rounds):
    command = [binary, "explore", os.path.join(ROOT, path + ".lockstep.json"), "--report", "json",
               "--max-memory", str(MEMORY_MAX)]
    for pair in sets:
        command += ["--set", pair]
    if not reduction:
        command.append("--no-reduction")
    took, result = timed(command, rounds)
    if result is None or result.returncode == 3:
        return None
    if result.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}\n{result.stderr}")
    report = json.loads(result.stdout)
    stats = report["stats"]
    return Explored(took, stats["seconds"], stats["states"],
                    stats["memory_bytes"] / stats["states"], stats["deadlock_states"],
                    result.returncode == 1)


def spin(model, macros, reduction, rounds):
    """(seconds to build the verifier, Explored)"""
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(HERE, "promela", model + ".pml")
        defines = ["-D" + macro for macro in macros]
        gcc = ["gcc", "-O2", "-DSAFETY", "-DMEMLIM=8000", "-o", "pan", "pan.c"]
        if not reduction:
            gcc.insert(2, "-DNOREDUCE")
        began = time.perf_counter()
        for step in [["spin", "-a", *defines, source], gcc]:
            subprocess.run(step, cwd=folder, check=True, capture_output=True)
        built = time.perf_counter() - began
        # -c0: all errors; -w24: a hash table that is large enough; -m: a stack that is.
        took, result = timed(["./pan", "-n", "-c0", "-m4000000", "-w24"], rounds, cwd=folder)
    if result is None or "max search depth too small" in result.stdout:
        return built, None
    states = int(float(re.search(r"([\d.e+]+) states, stored", result.stdout).group(1)))
    errors = int(re.search(r"errors: (\d+)", result.stdout).group(1))
    vector = int(re.search(r"State-vector (\d+) byte", result.stdout).group(1))
    return built, Explored(took, took, states, vector, errors, errors > 0)


def check_agreement(title, ours, theirs, reduced):
    if ours is None or theirs is None:
        return
    if ours.is_faulty != theirs.is_faulty:
        sys.exit(f"{title}: lockstep says {ours.is_faulty}, SPIN {theirs.is_faulty}")
    if not reduced and ours.deadlocks != theirs.deadlocks:
        sys.exit(f"{title}: {ours.deadlocks} deadlocked states here, {theirs.deadlocks} there")


def ratio(theirs, ours):
    return "-" if not theirs or not ours else f"{theirs / ours:.4g} x"


def print_table(binary, rounds, has_spin):
    form = "{:28} {:>11} {:>9} {:>12} {:>11} {:>9} {:>9} {:>11} {:>11} {:>10} {:>9}"
    for reduction in (True, False):
        print("With each one's reduction" if reduction else "Without reduction")
        print(form.format("", "states", "ms", "states/s", "SPIN states", "pan ms", "build ms",
                          "states, S/l", "time, S/l", "all, S/l", "rate, l/S"))
        for title, path, sets, model, macros in ROWS:
            ours = lockstep(binary, path, sets, reduction, rounds)
            built, theirs = spin(model, macros, reduction, rounds) if has_spin else (None, None)
            check_agreement(title, ours, theirs, reduction)
            row = [title]
            row += ["-"] * 3 if ours is None else [ours.states, f"{ours.seconds * 1000:.1f}",
                                                   f"{ours.rate:,.0f}"]
            row += ["-"] * 3 if theirs is None else [theirs.states, f"{theirs.seconds * 1000:.0f}",
                                                     f"{built * 1000:.0f}"]
            if ours is None or theirs is None:
                row += ["-"] * 4
            else:
                row += [ratio(theirs.states, ours.states), ratio(theirs.seconds, ours.seconds),
                        ratio(built + theirs.seconds, ours.seconds), ratio(ours.rate, theirs.rate)]
            print(form.format(*row), flush=True)
        print()
    print("ms: the whole process; states/s: of the search alone (pan: start-up included). pan: "
          "gcc -O2\n-DSAFETY, all errors. all: spin -a and gcc included. Limits: 8 GiB, 10 minutes. "
          "Verdicts agree,\nand without reduction the number of deadlocked states; or this stops.\n")

