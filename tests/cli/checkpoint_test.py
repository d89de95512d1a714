"""explore --checkpoint and --spill: interrupted, killed, gone on with, damaged, full."""
import json
import os
import random
import resource
import signal
import subprocess
import time
import unittest

import binary

INCREMENTS = binary.ROOT / "bench/scenarios/increments.lockstep.json"
SMALL = [INCREMENTS, "--set", "N=4", "--set", "K=2", "--no-reduction"]
MIDDLE = [INCREMENTS, "--set", "N=4", "--set", "K=3", "--no-reduction", "--workers", "1"]  # 8 MB
LARGE = [INCREMENTS, "--set", "N=4", "--set", "K=5", "--no-reduction"]


class TestCase(binary.TestCase):
    def report(self, *arguments, status):
        """What a run says, but for seconds and memory; and its standard error."""
        out, err = self.lockstep("explore", *arguments, "--report", "json", status=status)
        said = json.loads(out)
        for key in ("seconds", "memory_bytes", "spilled_bytes"):
            said["stats"].pop(key, None)
        return said, err


class Checkpoint(TestCase):
    def test_a_search_that_a_limit_has_ended_is_gone_on_with(self):
        whole, _ = self.report(*SMALL, status=0)
        for states in (1, 500, 9000, 9000):
            _, err = self.report(*SMALL, "--checkpoint", "c", "--max-states", states, status=3)
            self.assertEqual(err, "lockstep explore: c has the search as far as it came; the same command "
                                  "goes on from there\n")
            self.assertTrue((self.folder / "c").exists())
        last, err = self.report(*SMALL, "--checkpoint", "c", "--workers", "3", status=0)
        self.assertEqual((last, err), (whole, ""))
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_limit_of_memory_ends_the_search_and_not_the_process(self):
        self.report(*LARGE, "--checkpoint", "c", "--max-memory", "4M", status=3)
        before = os.path.getsize(self.folder / "c")
        self.report(*LARGE, "--checkpoint", "c", "--max-memory", "8M", status=3)
        self.assertGreater(os.path.getsize(self.folder / "c"), before)

    def test_a_limit_that_the_system_has_set_is_one_of_the_search(self):
        process = self.start("explore", *LARGE, "--workers", "1", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (40 << 20, 40 << 20)))
        out, err = process.communicate(timeout=120)
        self.assertEqual((process.returncode, err), (3, b""))
        self.assertIn(b"NOT all interleavings explored (memory: the limit of ", out)

    def test_a_signal_ends_the_search_with_what_it_has(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            file = f"c{status}"
            process = self.start("explore", *LARGE, "--checkpoint", file, "--checkpoint-seconds", "0.01",
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while not (self.folder / file).exists() and process.poll() is None:
                time.sleep(0.01)
            process.send_signal(number)
            out, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, status, err)
            self.assertIn(b"NOT all interleavings explored (interrupted)", out)
            self.assertIn(b"goes on from there", err)
            self.assertTrue((self.folder / file).exists())

    def test_a_process_that_is_killed_leaves_a_whole_file_or_none(self):
        whole, _ = self.report(*SMALL, status=0)
        dice = random.Random(1)
        killed = 0
        for _ in range(12):
            process = self.start("explore", *SMALL, "--checkpoint", "c", "--checkpoint-seconds", "0",
                                 "--report", "json=r.json", "--workers", "1",
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            time.sleep(dice.uniform(0.005, 0.06))
            process.kill()
            err = process.communicate(timeout=120)[1]
            self.assertIn(process.returncode, (0, -signal.SIGKILL), err)
            killed += process.returncode != 0
            if (self.folder / "r.json").exists():
                json.loads((self.folder / "r.json").read_text())
            self.assertLessEqual(set(os.listdir(self.folder)), {"c", "c.tmp", "r.json"} |
                                 {f"r.json.{process.pid}.tmp"})
            for left in self.folder.glob("r.json*"):
                left.unlink()
        last, _ = self.report(*SMALL, "--checkpoint", "c", status=0)
        self.assertEqual(last, whole)
        self.assertGreater(killed, 0)

    def test_a_file_that_cannot_be_gone_on_from_is_refused_and_left(self):
        self.report(*SMALL, "--checkpoint", "c", "--max-states", "500", status=3)
        good = (self.folder / "c").read_bytes()
        dice = random.Random(2)
        for i in range(60):
            bad = bytearray(good)
            if i % 3 == 0:
                bad = bad[:dice.randrange(len(bad))]
            else:
                bad[dice.randrange(len(bad))] ^= dice.randrange(1, 256)
            self.write("c", bytes(bad))
            out, err = self.lockstep("explore", *SMALL, "--checkpoint", "c", status=2)
            self.assertEqual(out, "")
            self.assertRegex(err, r"^lockstep explore: cannot go on from c: it .*\nanother --checkpoint FILE, or none, "
                                  r"begins anew\n$")
            self.assertEqual((self.folder / "c").read_bytes(), bytes(bad))
        for content, wanted in ((b"", "it is too short for a checkpoint of lockstep"),
                                (b"notes that somebody wants to keep, of some length", "it is no checkpoint of lockstep")):
            self.write("c", content)
            _, err = self.lockstep("explore", *SMALL, "--checkpoint", "c", status=2)
            self.assertIn(wanted, err)

    def test_one_of_another_search_is_refused(self):
        self.report(*SMALL, "--checkpoint", "c", "--max-states", "500", status=3)
        for arguments, wanted in (
                (SMALL[:-1], "--no-reduction is given there and not given here"),
                ([*SMALL, "--no-memo"], "--no-memo is not given there and given here"),
                ([INCREMENTS, "--set", "N=4", "--set", "K=3", "--no-reduction"], "--set is K=2 N=4 there and K=3 N=4 here"),
                ([binary.TWO_MUTEXES], "the scenario is ")):
            _, err = self.lockstep("explore", *arguments, "--checkpoint", "c", status=2)
            self.assertIn("cannot go on from c: it is of another search: " + wanted, err)

    def test_it_is_for_a_search_over_everything(self):
        for option in ["--first"], ["--preemptions", "1"], ["--swarm", "5"], ["--hash-compaction"]:
            _, err = self.lockstep("explore", *SMALL, "--checkpoint", "c", *option, status=2)
            self.assertIn("--checkpoint", err)
            self.assertIn(option[0], err)

    def test_where_it_cannot_be_written(self):
        _, err = self.lockstep("explore", *SMALL, "--checkpoint", "none/c", status=2)
        self.assertEqual(err, "lockstep explore: cannot write none/c: No such file or directory\n")
        _, err = self.lockstep("explore", *SMALL, "--checkpoint", ".", status=2)
        self.assertEqual(err, "lockstep explore: cannot write .: Is a directory\n")
        self.report(*SMALL, "--checkpoint", "c", "--max-states", "500", status=3)
        before = (self.folder / "c").read_bytes()
        process = self.start("explore", *SMALL, "--checkpoint", "c", "--max-states", "15000",
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50000, 50000)))
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 2)
        self.assertIn(b"INCOMPLETE", out)
        self.assertEqual(err, b"lockstep explore: cannot write c: File too large\n")
        self.assertEqual((self.folder / "c").read_bytes(), before)
        self.assertEqual(os.listdir(self.folder), ["c"])


class Spill(TestCase):
    def test_what_is_spilled_is_found_all_the_same(self):
        whole, _ = self.report(*MIDDLE, status=0)
        said, _ = self.report(*MIDDLE, "--spill", ".", "--report", "text=t", status=0)
        self.assertEqual(said, whole)
        self.assertIn(" MB spilled", (self.folder / "t").read_text())
        (self.folder / "t").unlink()
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_limit_of_memory_is_of_what_is_not_spilled(self):
        self.report(*MIDDLE, "--max-memory", "6M", status=3)
        self.report(*MIDDLE, "--max-memory", "6M", "--spill", ".", status=0)

    def test_a_folder_that_there_is_not(self):
        for folder, why in (("none", "No such file or directory"), ("/dev/null", "Not a directory")):
            _, err = self.lockstep("explore", *SMALL, "--spill", folder, status=2)
            self.assertEqual(err, f"lockstep explore: --spill: cannot make files in {folder}: {why}\n")

    def test_a_disk_that_is_full_ends_the_search_with_what_it_has(self):
        process = self.start("explore", *MIDDLE, "--spill", ".", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)))
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 3, err)
        self.assertIn(b"NOT all interleavings explored (spill: File too large)", out)


if __name__ == "__main__":
    unittest.main()
