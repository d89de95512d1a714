"""Runs that are large: they end, and their memory is that of their state, not of their length."""
import json
import subprocess
import sys

import binary

sys.path.insert(0, str(binary.ROOT / "bench"))
from peak_memory import peak_memory  # noqa: E402

BENCH = binary.ROOT / "bench/scenarios"


class Size(binary.TestCase):
    def run_large(self, *arguments):
        """(standard output's last part, peak memory in MB)"""
        with open(self.folder / "out", "wb") as out, open(self.folder / "err", "wb") as err:
            status, memory = peak_memory([binary.BINARY, "run", *arguments], cwd=self.folder,
                                         stdout=out, stderr=err)
        self.assertEqual(status, 0, (self.folder / "err").read_text())
        return (self.folder / "out").read_bytes()[-20000:].decode(), memory

    def test_the_measure_is_that_of_the_program(self):
        """However much the Python has that starts it."""
        ballast = bytearray(b"x" * 100_000_000)
        status, memory = peak_memory(["sh", "-c", "exit 3"])
        self.assertEqual(status, 3)
        self.assertLess(memory, 20)
        program = "x = b'x' * 60_000_000"
        status, memory = peak_memory([sys.executable, "-c", program], stdout=subprocess.DEVNULL)
        self.assertEqual(status, 0)
        self.assertGreater(memory, 57)
        self.assertLess(memory, len(ballast) / 1024 / 1024)

    def test_ten_thousand_threads(self):
        out, memory = self.run_large(BENCH / "many-threads.lockstep.json", "--trace", "none")
        self.assertIn("finished", out)
        self.assertIn("n = 10000", out)
        self.assertLess(memory, 40)

    def test_ten_thousand_threads_that_wait_for_one_thing(self):
        """Each step looks at whom it concerns. Were it at all of them these would take hours."""
        def wait(objects, body, then):
            return {"lockstep": 1, "objects": objects, "functions": {"f": body},
                    "main": [{"for": "i", "in": "range(10000)", "do": [{"spawn": "f"}]}, *then]}

        for name, scenario in {
            "Event": wait({"e": "Event"}, [{"wait": "e"}], [{"event_set": "e"}]),
            "Condition": wait({"c": "Condition"}, [{"with": "c", "do": [{"wait": "c"}]}],
                              [{"with": "c", "do": [{"notify_all": "c"}]}]),
            "Semaphore": wait({"s": {"type": "Semaphore", "value": 0}}, [{"acquire": "s"}],
                              [{"for": "i", "in": "range(10000)", "do": [{"release": "s"}]}]),
            "Queue": wait({"q": "Queue"}, [{"get": "q"}],
                          [{"for": "i", "in": "range(10000)", "do": [{"put": "q", "item": "i"}]}]),
            "Barrier": wait({"b": {"type": "Barrier", "parties": 10000}},
                            [{"barrier_wait": "b"}], []),
            "sleep": wait({}, [{"sleep": 1}], []),
        }.items():
            with self.subTest(name):
                (self.folder / "many.json").write_text(json.dumps(scenario))
                out, memory = self.run_large("many.json", "--trace", "none", "--policy", "timed",
                                             "--max-seconds", "100")
                self.assertIn("finished", out)
                self.assertIn("and 9989 more", out)  # the times of the threads
                self.assertLess(memory, 60)

    def test_many_who_wait_for_ever_are_told_in_short(self):
        scenario = {"lockstep": 1, "objects": {"e": "Event"}, "functions": {"f": [{"wait": "e"}]},
                    "main": [{"for": "i", "in": "range(3000)", "do": [{"spawn": "f"}]}]}
        (self.folder / "many.json").write_text(json.dumps(scenario))
        done = subprocess.run([binary.BINARY, "run", "many.json", "--trace", "none"],
                              cwd=self.folder, capture_output=True, text=True, timeout=200)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("\n    and 2997 others like these\n", done.stdout)
        self.assertLess(done.stdout.count("\n"), 700)

    def test_ten_million_steps(self):
        out, memory = self.run_large(BENCH / "many-steps.lockstep.json", "--trace", "none",
                                     "--max-steps", "0")
        self.assertIn("finished: 10,000,00", out)
        self.assertLess(memory, 20)

    def test_a_queue_whose_items_are_never_seen_again(self):
        out, memory = self.run_large(BENCH / "queue-two-threads.lockstep.json", "--trace", "none",
                                     "--set", "N=50000")
        self.assertIn("finished", out)
        self.assertLess(memory, 20)

    def test_a_trace_is_streamed(self):
        for form in "text", "json":
            with self.subTest(form):
                out, memory = self.run_large(BENCH / "many-steps.lockstep.json", "--set", "N=20000",
                                             "--trace", form)
                self.assertGreater((self.folder / "out").stat().st_size, 1_000_000)
                self.assertLess(memory, 20)


if __name__ == "__main__":
    binary.unittest.main()
