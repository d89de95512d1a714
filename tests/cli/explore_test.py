"""explore and graph: exit statuses, limits, reports, saved schedules."""
import json
import re
import time
import unittest

import binary

ENDLESS = {"lockstep": 1, "variables": {"n": 0},
           "threads": {"T1": [{"while": "True", "do": [{"set": "n", "to": "n + 1"}]}]}}


class Explore(binary.TestCase):
    def test_nothing_found(self):
        out, err = self.lockstep("explore", binary.WITH_LOCK, status=0)
        self.assertIn("OK: no interleaving shows a fault", out)
        self.assertIn("all interleavings explored", out)
        self.assertEqual(err, "")

    def test_a_deadlock(self):
        out, err = self.lockstep("explore", binary.TWO_MUTEXES, status=1)
        for said in ["DEADLOCK  LS001 circular-wait", "who waits for whom", "how it comes to that",
                     "see it again", "mend it", "distinct outcome"]:
            self.assertIn(said, out)
        self.assertEqual(err, "")

    def test_a_line_is_at_most_as_long_as_the_console_is_wide(self):
        names = [f"a mutex with a long name {i}" for i in range(2)]
        path = self.write("s.json", binary.deadlock(*(name.replace(" ", "_") for name in names),
                                                    name="a name of many words " * 10))
        out, _ = self.lockstep("explore", path, status=1)
        for line in out.splitlines():
            if not line.strip().startswith("lockstep ") and str(path) not in line:
                self.assertLessEqual(len(line), 100, line)

    def test_fix_is_suggested_where_a_remedy_may_help(self):
        out, _ = self.lockstep("explore", self.write("s.json", binary.deadlock()), status=1)
        self.assertIn("lockstep fix ", out)
        nobody_sets_it = {"lockstep": 1, "variables": {"x": False}, "threads": {"T1": [{"await": "x"}]}}
        for verb in ["explore", "run"]:
            out, _ = self.lockstep(verb, self.write("o.json", nobody_sets_it), status=1)
            self.assertIn("LS010", out)
            self.assertNotIn("lockstep fix ", out)

    def test_a_schedule_that_is_not_saved_is_spoken_of(self):
        path = self.write("s.json", binary.harmless())
        _, err = self.lockstep("explore", path, "--save-schedule", "new.json", status=0)
        self.assertEqual(err, "lockstep explore: nothing was found, so no schedule is saved in new.json\n")
        old = self.write("old.json", "old")
        _, err = self.lockstep("explore", path, "--save-schedule", "old.json", status=0)
        self.assertIn("what is there is left as it is", err)
        self.assertEqual(old.read_text(), "old")

    def test_limits_end_the_search_with_a_word_on_it(self):
        path = self.write("s.json", ENDLESS)
        for limit in [["--max-states", "100"], ["--max-steps", "20"], ["--max-seconds", "0.2"],
                      ["--max-memory", "8M"]]:
            with self.subTest(limit=limit):
                out, _ = self.lockstep("explore", path, *limit, status=3)
                self.assertIn("INCOMPLETE: nothing found, but something may have been missed", out)
                self.assertIn("NOT all interleavings explored", out)
                out, _ = self.lockstep("explore", path, *limit, "--allow-incomplete", status=0)
                self.assertIn("INCOMPLETE", out)

    def test_what_is_certain_where_a_limit_ends_the_search(self):
        path = binary.ROOT / "scenarios/classics/philosophers-ordered.lockstep.json"
        for options, wanted in [(["--max-states", "100", "--no-reduction"], "all interleavings without preemption"),
                                (["--preemptions", "0"], "all interleavings without preemption were followed"),
                                (["--swarm", "7"], "7 random interleavings were followed; ")]:
            with self.subTest(options=options):
                out, _ = self.lockstep("explore", path, *options, "--report", "json", status=3)
                self.assertIn(wanted, json.loads(out)["guarantee"])
                out, _ = self.lockstep("explore", path, *options, status=3)
                self.assertIn("INCOMPLETE", out)
                self.assertIn(wanted, " ".join(out.split()))
        out, _ = self.lockstep("explore", binary.TWO_MUTEXES, "--preemptions", "1000", "--report", "json",
                               status=1)
        self.assertNotIn("guarantee", json.loads(out))

    def test_a_limit_of_steps_leaves_out_nothing_that_takes_no_more(self):
        out, _ = self.lockstep("explore", binary.TWO_MUTEXES, "--report", "json", status=1)
        steps = json.loads(out)["findings"][0]["steps"]
        for more in (0, 1, 5):
            out, _ = self.lockstep("explore", binary.TWO_MUTEXES, "--max-steps", steps + more,
                                   "--report", "json", status=1)
            self.assertEqual(json.loads(out)["findings"][0]["steps"], steps)

    def test_few_preemptions_and_random_interleavings_find_what_there_is(self):
        for options in (["--preemptions", "1"], ["--swarm", "50"]):
            with self.subTest(options=options):
                out, _ = self.lockstep("explore", binary.TWO_MUTEXES, *options, "--report", "json", status=1)
                report = json.loads(out)
                self.assertEqual((report["verdict"], report["complete"]), ("deadlock", False))
                self.lockstep("run", binary.TWO_MUTEXES, "--schedule",
                              ", ".join(report["findings"][0]["schedule"]), status=1)

    def test_any_number_of_workers_says_the_same(self):
        path = binary.ROOT / "bench/scenarios/increments.lockstep.json"
        def report(workers, *more):
            out, _ = self.lockstep("explore", path, "--set", "N=4", "--set", "K=2", "--report",
                                   "json", "--no-reduction", "--workers", workers, *more, status=None)
            said = json.loads(out)
            del said["stats"]["seconds"], said["stats"]["memory_bytes"]
            return said
        for more in [], ["--no-memo"], ["--max-states", "9000"]:
            alone = report("1", *more)
            self.assertGreater(alone["stats"]["states"], 4 * 2048)
            self.assertEqual(report("2", *more), alone)
            self.assertEqual(report("5", *more), alone)

    def test_hash_compaction_says_with_what_probability_a_state_was_missed(self):
        path = binary.ROOT / "scenarios/classics/philosophers-ordered.lockstep.json"
        out, _ = self.lockstep("explore", path, "--hash-compaction", "--report", "json", status=3)
        report = json.loads(out)
        self.assertEqual((report["verdict"], report["complete"]), ("incomplete", False))
        reason, said = report["incomplete_reason"].rsplit(" ", 1)
        self.assertEqual(reason, "hash compaction: states are known by 64 bits of a hash, and one was missed "
                                 "with a probability of at most")
        states = report["stats"]["states"]
        bound = states * (states + 1) / 2 / 2 ** 64
        self.assertLessEqual(bound, float(said))
        self.assertLess(float(said), 1.1 * bound)
        out, _ = self.lockstep("explore", path, "--hash-compaction", status=3)
        self.assertIn("something may have been missed", out)
        self.assertIn("with a probability of at most " + said, " ".join(out.split()))
        self.lockstep("explore", path, "--hash-compaction", "--allow-incomplete", status=0)
        out, _ = self.lockstep("explore", binary.TWO_MUTEXES, "--hash-compaction", "--report", "json", status=1)
        finding = json.loads(out)["findings"][0]
        self.lockstep("run", binary.TWO_MUTEXES, "--schedule", ", ".join(finding["schedule"]), status=1)
        for option in ("--preemptions", "--swarm", "--max-steps"):
            _, err = self.lockstep("explore", path, "--hash-compaction", option, "3", status=2)
            self.assertIn("exclude each other", err)

    def test_a_finding_is_one_also_when_cut_short(self):
        out, _ = self.lockstep("explore", binary.TWO_MUTEXES, "--allow-incomplete", "--report", "json",
                               status=1)
        states = json.loads(out)["stats"]["states"]
        for limit in range(1, states + 1, max(1, states // 20)):
            out, _ = self.any_status("explore", binary.TWO_MUTEXES, "--max-states", limit, "--report", "json")
            report = json.loads(out)
            self.assertEqual(report["verdict"], "deadlock" if report["findings"] else "incomplete")
            self.assertFalse(report["complete"] and limit < states)

    def any_status(self, *arguments):
        import subprocess
        process = self.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate(timeout=60)
        self.assertIn(process.returncode, (0, 1, 3), err)
        return out.decode(), err

    def test_the_json_report(self):
        out, _ = self.lockstep("explore", binary.TWO_MUTEXES, "--report", "json", status=1)
        report = json.loads(out)
        self.assertEqual(report["lockstep_report"], 1)
        self.assertEqual(report["verdict"], "deadlock")
        self.assertIs(report["complete"], True)
        finding = report["findings"][0]
        self.assertEqual(finding["code"], "LS001")
        for thread in finding["threads"]:
            self.assertGreater(thread["at"]["line"], 0) if thread["core"] else None
        self.assertTrue(finding["replay"].startswith("lockstep run "))
        self.assertIsInstance(finding["schedule"], list)
        again, _ = self.lockstep("explore", binary.TWO_MUTEXES, "--report", "json", status=1)
        for each in (report, again := json.loads(again)):
            del each["stats"]["seconds"], each["stats"]["memory_bytes"]
        self.assertEqual(report, again)

    def test_every_key_of_the_json_reports_is_documented(self):
        documented = (binary.ROOT / "docs/report-format.md").read_text()

        def keys(node):
            if isinstance(node, dict):
                for key, value in node.items():
                    if key not in ("variables", "exceptions", "settings", "schedule", "patch"):
                        yield from keys(value)
                    yield key
            elif isinstance(node, list):
                for item in node:
                    yield from keys(item)
        reports = [self.lockstep("explore", binary.TWO_MUTEXES, "--report", "json", status=1)[0],
                   self.lockstep("graph", binary.TWO_MUTEXES, "--as", "json", status=0)[0],
                   self.lockstep("check", binary.TWO_MUTEXES, "--report", "json", status=0)[0],
                   self.lockstep("explore", self.write("s.json", ENDLESS), "--max-states", "10",
                                 "--report", "json", status=3)[0]]
        for report in reports:
            for key in set(keys(json.loads(report))):
                self.assertIn(f"`{key}`", documented, key)

    def test_several_reports(self):
        out, _ = self.lockstep("explore", binary.TWO_MUTEXES, "--report", "json=a.json",
                               "--report", "text=a.txt", status=1)
        self.assertEqual(out, "")
        self.assertEqual(json.loads((self.folder / "a.json").read_text())["verdict"], "deadlock")
        self.assertIn("LS001", (self.folder / "a.txt").read_text())
        out, _ = self.lockstep("explore", binary.TWO_MUTEXES, "--report", "json=b.json", status=1)
        self.assertIn("LS001", out)
        _, err = self.lockstep("explore", binary.TWO_MUTEXES, "--report", "json", "--report", "text",
                               status=2)
        self.assertIn("only one report can go to standard output", err)

    def test_saved_schedules(self):
        self.lockstep("explore", binary.TWO_MUTEXES, "--save-schedule", "x.json", status=1)
        out, _ = self.lockstep("replay", "x.json", status=1)
        self.assertIn("DEADLOCK  LS001", out)
        (self.folder / "all").mkdir()
        self.lockstep("explore", binary.TWO_MUTEXES, "--save-schedule", "all", status=1)
        self.assertIn("1-circular-wait.schedule.json", [p.name for p in (self.folder / "all").iterdir()])
        self.lockstep("explore", binary.TWO_MUTEXES, "--save-schedule", "new/folder/", status=1)
        self.assertTrue((self.folder / "new/folder/1-circular-wait.schedule.json").exists())
        self.lockstep("explore", binary.WITH_LOCK, "--save-schedule", "none.json", status=0)
        self.assertFalse((self.folder / "none.json").exists())

    def test_graph(self):
        out, err = self.lockstep("graph", binary.TWO_MUTEXES, status=0)
        self.assertTrue(out.startswith("digraph wait_for {\n"))
        self.assertIn("mutexA", out)
        graph = json.loads(self.lockstep("graph", binary.TWO_MUTEXES, "--as", "json", status=0)[0])
        self.assertEqual({v["kind"] for v in graph["vertices"]}, {"thread", "object"})
        self.assertIn("--waits for--> mutex",
                      self.lockstep("graph", binary.TWO_MUTEXES, "--as", "text", status=0)[0])
        _, err = self.lockstep("graph", binary.WITH_LOCK, status=4)
        self.assertIn("no deadlock was found", err)
        self.lockstep("graph", binary.TWO_MUTEXES, "--schedule", "T1*2", status=0)
        self.lockstep("graph", binary.TWO_MUTEXES, "--schedule", "T1*99", status=5)

    def test_graph_of_what_has_no_owner(self):
        def edges(scenario):
            path = self.write("s.json", {"lockstep": 1, **scenario})
            return self.lockstep("graph", path, "--as", "text", status=0)[0].splitlines()

        pool = edges({
            "objects": {"pool": {"type": "ThreadPoolExecutor", "max_workers": 1}},
            "functions": {"inner": [{"return": 1}],
                          "outer": [{"submit": "pool", "function": "inner", "into": "f"},
                                    {"result": "f"}]},
            "main": [{"submit": "pool", "function": "outer", "into": "f"}, {"result": "f"}]})
        worker = "ThreadPoolExecutor-0_0"
        self.assertEqual([re.sub(r"  .at line \d+.$", "", edge) for edge in pool], [
            "MainThread --waits for--> future 0 of pool (outer)",
            f"future 0 of pool (outer) --let go by--> {worker}",
            f"{worker} --waits for--> future 1 of pool (inner)",
            f"future 1 of pool (inner) --let go by--> {worker}"])
        answer = [{"recv": "c", "size": 1}, {"send": "c", "data": "b'x'"}]
        sockets = edges({
            "objects": {"s": "Listener"},
            "threads": {"T1": [{"accept": "s", "into": "c"}, *answer],
                        "T2": [{"connect": "s", "into": "c"}, *answer]},
            "main": [{"listen": "s"}, {"start": "T1"}, {"start": "T2"}]})
        self.assertEqual([re.sub(r"  .at line \d+.$", "", edge) for edge in sockets], [
            "MainThread --waits for--> T1", "MainThread --waits for--> T2",
            "T1 --waits for--> s#1 (server end)", "s#1 (server end) --let go by--> T2",
            "T2 --waits for--> s#1 (client end)", "s#1 (client end) --let go by--> T1"])
        events = edges({
            "objects": {"e": "Event"}, "threads": {"T1": [{"wait": "e"}], "T2": [{"wait": "e"}]}})
        self.assertFalse([edge for edge in events if "let go by" in edge], events)

    def test_it_starts_fast(self):
        self.lockstep("explore", binary.TWO_MUTEXES, status=1)
        start = time.monotonic()
        self.lockstep("explore", binary.TWO_MUTEXES, status=1)
        self.assertLess(time.monotonic() - start, 10)  # 50 ms in a release build; bench/ measures it


if __name__ == "__main__":
    unittest.main()
