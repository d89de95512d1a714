"""Explorations against SPIN: the same programs, on the same machine, in the same run."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

from peak_memory import peak_memory

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
    ("increments, 4 x 5", f"{BENCH}/increments", ["N=4", "K=5"], "increments", ["N=4", "K=5"]),
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
    """What one of the two says: seconds of the process, of the search, states, faults, memory."""

    def __init__(self, seconds, search, states, transitions, deadlocks, is_faulty, state_bytes,
                 peak):
        self.seconds, self.search, self.states = seconds, search, states
        self.transitions, self.deadlocks, self.is_faulty = transitions, deadlocks, is_faulty
        self.bytes_each = state_bytes / states
        self.peak = peak  # MB of the process; None: it was not weighed

    @property
    def rate(self):
        return self.states / max(self.search, 1e-6)


def lockstep(binary, path, sets, reduction, rounds, more=(), weighs=True):
    command = [binary, "explore", os.path.join(ROOT, path + ".lockstep.json"), "--report", "json",
               "--max-memory", str(MEMORY_MAX), "--workers", "1", *more]  # SPIN has one thread, too
    for pair in sets:
        command += ["--set", pair]
    if not reduction:
        command += ["--no-reduction", "--no-symmetry"]
    took, result = timed(command, rounds)
    # With hashes nothing is ever complete.
    if result is None or (result.returncode == 3 and not more):
        return None
    if result.returncode not in (0, 1, 3):
        sys.exit(f"{' '.join(command)}\n{result.stderr}")
    report = json.loads(result.stdout)
    if not report["complete"] and not more:  # it has found something, and not seen all
        return None
    peak = peak_memory(command, stdout=subprocess.DEVNULL)[1] if weighs else None
    stats = report["stats"]
    return Explored(took, stats["seconds"], stats["states"], stats["transitions"],
                    stats["deadlock_states"], result.returncode == 1, stats["memory_bytes"], peak)


def spin(model, macros, reduction, rounds, weighs=True):
    """(seconds to build the verifier, Explored)"""
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(HERE, "promela", model + ".pml")
        defines = ["-D" + macro for macro in macros]
        gcc = ["gcc", "-O2", "-DSAFETY", f"-DMEMLIM={MEMORY_MAX >> 20}", "-o", "pan", "pan.c"]
        if not reduction:
            gcc.insert(2, "-DNOREDUCE")
        began = time.perf_counter()
        for step in [["spin", "-a", *defines, source], gcc]:
            subprocess.run(step, cwd=folder, check=True, capture_output=True)
        built = time.perf_counter() - began
        # -c0: all errors; -w24: a hash table that is large enough; -m: a stack that is.
        command = ["./pan", "-n", "-c0", "-m4000000", "-w24"]
        took, result = timed(command, rounds, cwd=folder)
        if result is None or re.search("max search depth too small|Search not completed|MEMLIM",
                                       result.stdout + result.stderr):
            return built, None
        peak = peak_memory(command, cwd=folder, stdout=subprocess.DEVNULL)[1] if weighs else None

    def number(pattern):
        return float(re.search(pattern, result.stdout).group(1))

    states = int(number(r"([\d.e+]+) states, stored"))
    errors = int(number(r"errors: (\d+)"))
    # What is in the table; the table itself and the stack are of a fixed size.
    stored = number(r"([\d.]+)\s+actual memory usage for states") * 1e6
    return built, Explored(took, took, states, int(number(r"([\d.e+]+) transitions")), errors,
                           errors > 0, stored, peak)


def check_agreement(title, ours, theirs, reduced):
    if ours is None or theirs is None:
        return
    if ours.is_faulty != theirs.is_faulty:
        sys.exit(f"{title}: lockstep says {ours.is_faulty}, SPIN {theirs.is_faulty}")
    if not reduced and ours.deadlocks != theirs.deadlocks:
        sys.exit(f"{title}: {ours.deadlocks} deadlocked states here, {theirs.deadlocks} there")


def ratio(theirs, ours):
    return "-" if not theirs or not ours else f"{theirs / ours:.4g} x"


FORM = "{:27}" + " {:>10}" * 2 + " {:>11}" * 2 + " {:>9}" * 3 + " {:>10}" * 2 + " {:>6}" * 4
HEADS = ["states", "S", "transitions", "S", "ms", "S", "S build", "states/s", "S", "B/st", "S",
         "MB", "S"]


def columns(ours, built, theirs):
    def both(format_one):
        return [format_one(it) if it else "-" for it in (ours, theirs)]

    times = both(lambda it: f"{it.seconds * 1000:.1f}")
    times.append(f"{built * 1000:.0f}" if built else "-")
    return (both(lambda it: it.states) + both(lambda it: it.transitions) + times +
            both(lambda it: f"{it.rate:,.0f}") + both(lambda it: f"{it.bytes_each:.0f}") +
            both(lambda it: f"{it.peak:.0f}"))


# What --hash-compaction saves: title, scenario, its parameters, whether it is reduced.
HASHED = [
    ("increments, 4 x 5", f"{BENCH}/increments", ["N=4", "K=5"], True),
    ("philosophers ordered, 9", f"{CLASSICS}/philosophers-ordered", ["N=9"], False),
    ("... 10", f"{CLASSICS}/philosophers-ordered", ["N=10"], False),
]


def print_hashed(binary):
    form = "{:27}" + " {:>10}" * 5
    print("With hashes of the states in place of them")
    print(form.format("", "states", "B/st", "hashed", "ms", "hashed"))
    for title, path, sets, reduction in HASHED:
        # Hashes know nothing of sleep sets.
        whole = lockstep(binary, path, sets, reduction, 1, ["--no-sleep-sets"])
        hashed = lockstep(binary, path, sets, reduction, 1, ["--hash-compaction"])
        if whole.states != hashed.states:
            sys.exit(f"{title}: {whole.states} states, {hashed.states} with hashes")
        print(form.format(title, whole.states, f"{whole.bytes_each:.1f}",
                          f"{hashed.bytes_each:.1f}", f"{whole.seconds * 1000:.0f}",
                          f"{hashed.seconds * 1000:.0f}"), flush=True)
    print()


def print_checkpoint(binary):
    """What it costs to write down where a search of a million states stands, and to go on."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "checkpoint")
        search = [binary, "explore", os.path.join(ROOT, f"{BENCH}/increments.lockstep.json"),
                  "--set", "N=4", "--set", "K=4", "--no-reduction"]
        until = ["--max-states", "1000000"]
        without, _ = timed(search + until, 3)
        written, _ = timed(search + until + ["--checkpoint", file], 1)
        size = os.path.getsize(file)
        # It is over as soon as it has begun, and writes the same once more.
        again, _ = timed(search + ["--max-seconds", "0.001", "--checkpoint", file], 3)
    print(f"A checkpoint of a million states: {size / 1e6:.1f} MB; a search with it {written:.2f} s, "
          f"without {without:.2f} s; to read it and write it again {again:.2f} s\n")


def print_table(binary, rounds, has_spin):
    for reduction in (True, False):
        print("With each one's reduction" if reduction else "Without reduction")
        print(FORM.format("", *HEADS) + "   ratio: states, time, with build (S/l), rate (l/S)")
        for title, path, sets, model, macros in ROWS:
            ours = lockstep(binary, path, sets, reduction, rounds)
            built, theirs = spin(model, macros, reduction, rounds) if has_spin else (None, None)
            check_agreement(title, ours, theirs, reduction)
            line = FORM.format(title, *columns(ours, built, theirs))
            if ours and theirs:
                line += "   " + ", ".join([
                    ratio(theirs.states, ours.states), ratio(theirs.seconds, ours.seconds),
                    ratio(built + theirs.seconds, ours.seconds), ratio(ours.rate, theirs.rate)])
            print(line, flush=True)
        print()
    print("S: SPIN. ms: the whole process; states/s: of the search alone (pan: start-up included); "
          "B/st: memory\nover states (pan: of the states alone, without its table and stack); MB: the "
          "peak of the process. pan:\ngcc -O2 -DSAFETY, all errors. Limits: 8 GiB, 10 minutes. "
          "Verdicts agree, and without reduction the number\nof deadlocked states; or this stops.\n")
