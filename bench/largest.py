"""How far each of the two gets: families of programs, taken up until neither manages the next.

One is asked for a size as long as it has managed all those before; so the other may go on alone.
"""
import exploring
from exploring import BENCH, CLASSICS

# Title, scenario, its parameters, SPIN's model, its macros; {} is the size, from 2 on.
FAMILIES = [
    ("philosophers naive, N", f"{CLASSICS}/philosophers-naive", ["N={}"], "philosophers",
     ["N={}"]),
    ("... for ever", f"{BENCH}/philosophers-naive-for-ever", ["N={}"], "philosophers",
     ["N={}", "FOREVER"]),
    ("philosophers ordered, N", f"{CLASSICS}/philosophers-ordered", ["N={}"], "philosophers",
     ["N={}", "ORDERED"]),
    ("... for ever", f"{BENCH}/philosophers-ordered-for-ever", ["N={}"], "philosophers",
     ["N={}", "ORDERED", "FOREVER"]),
    ("with a waiter, N", f"{CLASSICS}/philosophers-waiter", ["N={}"], "philosophers",
     ["N={}", "WAITER"]),
    ("... for ever", f"{BENCH}/philosophers-waiter-for-ever", ["N={}"], "philosophers",
     ["N={}", "WAITER", "FOREVER"]),
    ("increments, N x 3", f"{BENCH}/increments", ["N={}", "K=3"], "increments", ["N={}", "K=3"]),
    ("bounded buffer, 2 x N", f"{BENCH}/bounded-buffer", ["CAPACITY=2", "ITEMS={}"],
     "bounded_buffer", ["CAPACITY=2", "ITEMS={}"]),
    ("readers and writers, N + N", f"{BENCH}/readers-writers", ["N={}"], "readers_writers",
     ["N={}"]),
]
SIZE_MAX = 100  # pan has no more than 255 processes

FORM = "{:27}" + " {:>5} {:>12} {:>9}" * 2
HEADS = ["N", "states", "s", "S: N", "states", "s"]


def sized(texts, size):
    return [text.format(size) for text in texts]


def climb(explore):
    """The largest size that is managed, and what came of it: explore(size) is None beyond."""
    best = None
    for size in range(2, SIZE_MAX + 1):
        explored = explore(size)
        if explored is None:
            break
        best = size, explored
    return best


def columns(best):
    if best is None:
        return ["-"] * 3
    size, explored = best
    return [size, explored.states, f"{explored.seconds:.2f}"]


def print_table(binary, has_spin, memory_gib, minutes):
    exploring.MEMORY_MAX = int(memory_gib * (1 << 30))
    exploring.SECONDS_MAX = minutes * 60
    for reduction in (True, False):
        print("With each one's reduction" if reduction else "Without reduction")
        print(FORM.format("the largest", *HEADS))
        for title, path, sets, model, macros in FAMILIES:
            ours = climb(lambda size: exploring.lockstep(
                binary, path, sized(sets, size), reduction, 1, weighs=False))
            theirs = climb(lambda size: exploring.spin(
                model, sized(macros, size), reduction, 1, weighs=False)[1]) if has_spin else None
            if ours and theirs and ours[0] == theirs[0]:
                exploring.check_agreement(f"{title}, {ours[0]}", ours[1], theirs[1], reduction)
            print(FORM.format(title, *columns(ours), *columns(theirs)), flush=True)
        print()
    print(f"S: SPIN. s: the whole process (pan: without what it takes to build it). Limits: "
          f"{memory_gib:g} GiB, {minutes:g} minutes.\nVerdicts agree where the largest is the same, "
          f"and without reduction the number of deadlocked states; or this\nstops.\n")
