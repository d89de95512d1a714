"""Runs that are large: they end, and their memory is that of their state, not of their length."""
import os
import subprocess

import binary

BENCH = binary.ROOT / "bench/scenarios"


class Size(binary.TestCase):
    def run_large(self, *arguments, **more):
        """(standard output's last part, peak memory in MB)"""
        with open(self.folder / "out", "wb") as out:
            process = self.start("run", *arguments, stdout=out, stderr=subprocess.PIPE, **more)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 0, process.stderr.read())
            process.stderr.close()
        return (self.folder / "out").read_bytes()[-20000:].decode(), usage.ru_maxrss / 1024

    def test_ten_thousand_threads(self):
        out, memory = self.run_large(BENCH / "many-threads.lockstep.json", "--trace", "none")
        self.assertIn("finished", out)
        self.assertIn("n = 10000", out)
        self.assertLess(memory, 200)

    def test_ten_million_steps(self):
        out, memory = self.run_large(BENCH / "many-steps.lockstep.json", "--trace", "none",
                                     "--max-steps", "0")
        self.assertIn("finished: 10,000,00", out)
        self.assertLess(memory, 50)

    def test_a_queue_whose_items_are_never_seen_again(self):
        out, memory = self.run_large(BENCH / "queue-two-threads.lockstep.json", "--trace", "none",
                                     "--set", "N=50000")
        self.assertIn("finished", out)
        self.assertLess(memory, 50)

    def test_a_trace_is_streamed(self):
        for form in "text", "json":
            with self.subTest(form):
                out, memory = self.run_large(BENCH / "many-steps.lockstep.json", "--set", "N=20000",
                                             "--trace", form)
                self.assertGreater((self.folder / "out").stat().st_size, 1_000_000)
                self.assertLess(memory, 50)


if __name__ == "__main__":
    binary.unittest.main()
