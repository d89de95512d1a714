"""run and replay: how interleavings end, and that a replay is the run again."""
import json
import subprocess
import sys
import time
import unittest

import binary


class Run(binary.TestCase):
    def test_one_that_finishes(self):
        out, err = self.lockstep("run", self.write("s.json", binary.harmless()), status=0)
        self.assertIn("finished", out)
        self.assertIn("n = 1", out)
        self.assertEqual(err, "")

    def test_one_that_deadlocks_is_explained(self):
        path = self.write("s.json", binary.deadlock())
        out, _ = self.lockstep("run", path, "--policy", "round-robin", status=1)
        self.assertIn("DEADLOCK  LS001 circular-wait", out)
        self.assertIn("T1 waits for the Lock mutexB, held by T2", out)
        self.assertIn("see it again", out)

    def test_time_ends_a_loop_without_operations(self):
        for body in ({"while": "True", "do": [{"pass": True}]},
                     {"atomic": [{"for": "i", "in": "range(10**12)", "do": [{"pass": True}]}]}):
            path = self.write("s.json", {"lockstep": 1, "threads": {"T": [body]}})
            for options in (["--trace", "none"], []):
                with self.subTest(body=body, options=options):
                    _, err = self.lockstep("run", path, "--max-seconds", "0.1", *options, status=3)
                    self.assertIn("time: the limit of 0.1 s was reached", err)

    def replay_line(self, out):
        line = next(l for l in out.splitlines() if l.strip().startswith("lockstep run"))
        import shlex
        return shlex.split(line)[1:]

    def test_the_line_to_copy_shows_it_again(self):
        scenario = binary.deadlock()
        scenario["threads"] = {"it's T 1, or \u9396": scenario["threads"]["T1"], "T2": scenario["threads"]["T2"]}
        path = self.write("with space.json", scenario)
        out, _ = self.lockstep("explore", path, status=1)
        again, _ = self.lockstep(*self.replay_line(out), status=1)
        self.assertIn("DEADLOCK  LS001", again)

    def test_the_line_to_copy_carries_settings(self):
        scenario = binary.deadlock(params={"N": 1})
        scenario["threads"]["T2"] = [{"if": "N == 2", "then": scenario["threads"]["T2"]}]
        path = self.write("s.json", scenario)
        self.lockstep("explore", path, status=0)
        out, _ = self.lockstep("explore", path, "--set", "N=2", status=1)
        self.lockstep(*self.replay_line(out), status=1)

    def test_the_end_of_a_schedule(self):
        path = self.write("s.json", binary.deadlock())
        out, _ = self.lockstep("run", path, "--schedule", "T1", status=0)
        self.assertIn("the schedule ends here", out)
        self.assertIn("can go on", out)

    def test_stuck_at_the_end_of_a_schedule_is_a_finding(self):
        path = self.write("s.json", binary.deadlock(schedule=["T1", "T2"]))
        out, _ = self.lockstep("run", path, status=1)
        self.assertIn("DEADLOCK  LS001", out)

    def test_a_schedule_that_does_not_fit(self):
        path = self.write("s.json", binary.deadlock())
        out, err = self.lockstep("run", path, "--schedule", "T1*99", status=5)
        self.assertIn("lockstep run: the schedule does not fit: step", err)
        self.assertIn("the schedule does not fit here", out)

    def test_a_schedule_as_an_array_on_the_command_line(self):
        path = self.write("s.json", binary.deadlock())
        directives = [{"run": "T1", "steps": 1}, {"run": "T2", "until": "blocked"}]
        inline, _ = self.lockstep("run", path, "--schedule", json.dumps(directives), status=1)
        in_a_file, _ = self.lockstep("run", path, "--schedule", self.write("d.json", directives), status=1)
        self.assertIn("DEADLOCK  LS001", inline)
        self.assertEqual(inline, in_a_file)
        _, err = self.lockstep("run", path, "--schedule", '[{"run": "T3"}]', status=2)
        self.assertIn('--schedule:1:10: /0/run: there is no thread "T3"', err)
        _, err = self.lockstep("run", path, "--schedule", '["T1"', status=2)
        self.assertIn("--schedule:1:6", err)

    def test_a_thread_that_is_named_like_an_array(self):
        scenario = binary.deadlock()
        scenario["threads"] = {"[1]": scenario["threads"]["T1"], "T2": scenario["threads"]["T2"]}
        out, _ = self.lockstep("explore", self.write("s.json", scenario), status=1)
        again, _ = self.lockstep(*self.replay_line(out), status=1)
        self.assertIn("DEADLOCK  LS001", again)

    def test_a_schedule_that_is_refused_at_once_has_no_table(self):
        scenario = {"lockstep": 1, "main": [{"sleep": 1}], "threads": {"T1": []}}
        out, _ = self.lockstep("run", self.write("s.json", scenario), "--schedule", "T1", status=5)
        self.assertTrue(out.startswith("the schedule does not fit here"), out)

    def test_a_schedule_that_is_none(self):
        path = self.write("s.json", binary.deadlock())
        self.lockstep("run", path, "--schedule", "T1**", status=2)
        _, err = self.lockstep("run", path, "--schedule", "nothing.json", status=2)
        self.assertIn("there is no file nothing.json", err)

    def test_a_limit(self):
        path = self.write("s.json", {
            "lockstep": 1, "variables": {"n": 0},
            "threads": {"T1": [{"while": "True", "do": [{"set": "n", "to": "1 - n"}]}]}})
        out, err = self.lockstep("run", path, "--max-steps", "50", status=3)
        self.assertIn("cut short", out)
        self.assertIn("cut short", err)
        self.lockstep("run", path, "--max-steps", "50", "--max-seconds", "0", status=3)

    def test_a_limit_of_time(self):
        path = self.write("s.json", {
            "lockstep": 1, "variables": {"n": 0},
            "threads": {"T1": [{"while": "True", "do": [{"set": "n", "to": "1 - n"}]}]}})
        out, err = self.lockstep("run", path, "--max-steps", "0", "--max-seconds", "0.2", "--trace", "none",
                                 status=3)
        self.assertIn("cut short", out)
        self.assertIn("time: the limit of 0.2 s was reached", err)

    def test_texts_that_grow_without_end_do_not_take_long(self):
        path = self.write("s.json", {
            "lockstep": 1, "variables": {"n": "'x'"},
            "threads": {"T1": [{"while": "True", "do": [{"set": "n", "to": "n + n"}]}]}})
        for verb in ["run", "explore"]:
            start = time.monotonic()
            out, _ = self.lockstep(verb, path, status=1)
            self.assertIn("MemoryError", out)
            self.assertLess(time.monotonic() - start, 10)
            self.assertLess(len(out), 100_000)

    def test_thousands_of_exceptions_and_names(self):
        path = self.write("s.json", {
            "lockstep": 1, "functions": {"f": [{"assert": "False"}], "g": [{"sleep": 1}]},
            "main": [{"for": "i", "in": "range(1000)", "do": [{"spawn": "f"}, {"spawn": "g"}]},
                     {"sleep": 100}]})
        start = time.monotonic()
        out, _ = self.lockstep("run", path, "--trace", "none", "--max-steps", "4500", status=1)
        self.assertLess(time.monotonic() - start, 20)
        path = self.write("s.json", {
            "lockstep": 1, "threads": {f"worker{i}": [{"yield": True}] for i in range(2000)}})
        out, _ = self.lockstep("run", path, "--trace", "none", "--policy", "random", "--max-steps", "400",
                               status=3)
        self.assertRegex(out, r" and [\d,]+\s+more\s+can\s+go\s+on")
        self.assertLess(max(map(len, out.splitlines())), 101)

    def test_an_uncaught_exception_as_python_prints_it(self):
        path = self.write("s.json", {"lockstep": 1, "objects": {"m": "Lock"},
                                     "threads": {"T1": [{"release": "m"}]}})
        out, err = self.lockstep("run", path, status=1)
        self.assertIn("Exception in thread T1:\nRuntimeError: release unlocked lock\n", out)
        self.assertIn("UNCAUGHT EXCEPTION  LS024", out)
        self.assertEqual(err, "")

    def test_a_system_exit_is_silent(self):
        path = self.write("s.json", {"lockstep": 1,
                                     "threads": {"T1": [{"raise": "SystemExit('bye')"}]}})
        out, _ = self.lockstep("run", path, status=0)
        self.assertNotIn("Exception in thread", out)

    def test_invariants_and_final_checks(self):
        path = self.write("i.json", binary.harmless(invariants=["n == 0"]))
        self.assertIn("BROKEN INVARIANT  LS014", self.lockstep("run", path, status=1)[0])
        path = self.write("f.json", binary.harmless(**{"finally": ["n == 2"]}))
        self.assertIn("WRONG RESULT  LS015", self.lockstep("run", path, status=1)[0])

    def test_the_trace_as_json_lines_is_json_to_its_end(self):
        out, _ = self.lockstep("run", self.write("s.json", binary.deadlock()), "--trace", "json",
                               "--policy", "round-robin", status=1)
        lines = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(lines[0]["lockstep_trace"], 1)
        self.assertEqual(lines[-3]["finding"]["code"], "LS001")
        self.assertEqual(lines[-2], {"variables": {}, "exceptions": {}, "exit_status": None})
        self.assertEqual(lines[-1]["end"], "stuck")

    def test_without_a_trace_the_interleaving_of_a_finding_is_shown(self):
        path = self.write("s.json", binary.deadlock())
        out, _ = self.lockstep("run", path, "--trace", "none", "--policy", "round-robin", status=1)
        self.assertIn("how it comes to that", out)

    def test_a_thread_has_one_text(self):
        path = self.write("s.json", {
            "lockstep": 1, "functions": {"f": [{"pass": True}]},
            "main": [{"thread": "t", "target": "f"}, {"process": "p", "target": "f"},
                     {"print": ["t", "p"]}, {"print": ["str(t)", "f'{p}'"]},
                     {"print": ["'%s' % t", "repr(p)"]}, {"print": ["[t][0]", "p"]}]})
        out, _ = self.lockstep("run", path, "--trace", "json", status=0)
        printed = [event["output"] for line in out.splitlines()
                   for event in json.loads(line).get("events", []) if "output" in event]
        self.assertEqual(printed, ["<Thread #1> <Process #2>"] * 4)

    def test_a_timed_run_ends_with_its_times(self):
        scenario = binary.harmless()
        path = self.write("s.json", scenario)
        for policy in [[], ["--policy", "timed"], ["--policy", "timed", "--trace", "none"]]:
            out, _ = self.lockstep("run", path, *policy, status=0)
            self.assertEqual(out.count("waits for the GIL"), 1)
            self.assertRegex(out.splitlines()[-1], "^  total .* of virtual time$")
        for other in [["--policy", "random"], ["--schedule", "T1"], ["--trace", "none"]]:
            out, _ = self.status_of("run", path, *other)
            self.assertNotIn(b"waits for the GIL", out)
        out, _ = self.lockstep("run", path, "--trace", "json", status=0)
        for line in out.splitlines():
            json.loads(line)
        # Its own schedule is not the clock's.
        path = self.write("own.json", dict(scenario, schedule=[{"finish": "round-robin"}]))
        out, _ = self.lockstep("run", path, status=0)
        self.assertNotIn("waits for the GIL", out)

    def test_each_process_has_a_row_of_its_own(self):
        path = self.write("s.json", {
            "lockstep": 1, "machine": {"cores": 1, "costs": {"bytecode": 0, "process_start": 0.5,
                                                             "thread_start": 0}},
            "functions": {"f": [{"compute": 1}, {"_exit": 3}]},
            "main": [{"process": "p", "target": "f"}, {"start": "p"}, {"compute": 1}, {"join": "p"}]})
        # The fork is over at 0.5; both compute for a second on the one core.
        out, _ = self.lockstep("run", path, "--policy", "timed", "--trace", "none", status=0)
        rows = [line.split() for line in out.splitlines()]
        main, child = ([row for row in rows if row[:1] == [name]][-1]
                       for name in ["MainProcess", "Process-1"])
        self.assertEqual(main[1:6], ["1.5", "s", "-", "995", "ms"])
        self.assertEqual(child[1:4], ["1.0", "s", "-"])
        self.assertEqual(main[-1], "0")
        self.assertEqual(child[-3:], ["2.0", "s", "3"])

    def test_the_exit_status_is_that_of_the_code_of_main_thread(self):
        rows = [([{"raise": "SystemExit(3)"}], 3), ([{"raise": "ValueError('no')"}], 1),
                ([{"raise": "SystemExit"}], 0), ([{"raise": "SystemExit('text')"}], 1),
                ([{"raise": "SystemExit(-1)"}], 255), ([{"_exit": 258}], 2),
                ([{"spawn": "fails"}], 0), ([{"atexit": "fails"}], 0),
                ([{"atexit": "fails"}, {"raise": "SystemExit(4)"}], 4),
                ([{"atexit": "exits"}, {"raise": "SystemExit(4)"}], 4),
                ([{"atexit": "leaves"}, {"raise": "SystemExit(4)"}], 7),
                ([{"atexit": "leaves_with", "args": [1], "kwargs": {"c": 6, "b": 2}}], 9),
                ([{"process": "p", "target": "leaves"}, {"start": "p"}, {"join": "p"}], 0)]
        functions = {"fails": [{"raise": "KeyError(1)"}], "exits": [{"raise": "SystemExit(5)"}],
                     "leaves": [{"_exit": 7}],
                     "leaves_with": {"params": ["a", "b", "c"], "body": [{"_exit": "a + b + c"}]}}
        for main, expected in rows:
            path = self.write("s.json", {"lockstep": 1, "functions": functions, "main": main})
            out, _ = self.status_of("run", path, "--trace", "json")
            self.assertEqual(json.loads(out.splitlines()[-2])["exit_status"], expected, main)
            out, _ = self.status_of("run", path, "--trace", "none")
            said = f"virtual time, exit status {expected}\n" if expected else "virtual time\n"
            self.assertIn(said.encode(), out)
            program, _ = self.lockstep("export", path, "--python", status=0)
            ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
            self.assertEqual(ran.returncode, expected, main)

    def test_a_timeline_is_drawn_where_it_is_asked_for(self):
        path = self.write("s.json", {
            "lockstep": 1, "name": "s", "machine": {"costs": {"bytecode": 0, "thread_start": 0}},
            "threads": {"T1": [{"sleep": 1}, {"compute": 1}], "T2": [{"compute": 1}]}})
        # T2 has the GIL first, for as long as T1 sleeps; 100 columns less 14 are 86.
        for arguments in [["--trace", "none"], ["--policy", "random"]]:
            out, _ = self.lockstep("run", path, "--timeline", *arguments, status=0)
            rows = [l for l in out.splitlines() if l.startswith("  T")]
            self.assertEqual(rows, ["  T1          " + 43 * "z" + 43 * "#",
                                    "  T2          " + 43 * "#"])
        _, err = self.lockstep("run", path, "--timeline", "--trace", "json", status=2)
        self.assertIn("exclude each other", err)

    def test_a_replay_knows_the_threads_that_objects_have(self):
        functions = {"f": {"params": ["i"], "body": [{"return": "i"}]}}
        pool = [{"pool": "p"}, {"map": "p", "function": "f", "over": "[1]"}]
        submit = [{"submit": "p", "function": "f", "args": [1]}]
        for kind, main in [("mp.Pool", pool), ("ThreadPoolExecutor", submit),
                           ("ProcessPoolExecutor", submit),
                           ("mp.Queue", [{"put": "p", "item": 1}, {"get": "p"}])]:
            path = self.write("s.json", {"lockstep": 1, "objects": {"p": kind}, "main": main,
                                         "functions": functions})
            out, _ = self.lockstep("run", path, "--trace", "json", "--save-schedule", "x.json", status=0)
            again, _ = self.lockstep("replay", "x.json", "--trace", "json", status=0)
            self.assertEqual(again, out, kind)

    def test_a_replay_is_the_run_again(self):
        scenario = self.write("scenarios/s.json", binary.deadlock(variables={"n": 0}))
        (self.folder / "elsewhere").mkdir()
        for seed in range(5):
            for trace in ["text", "json"]:
                out, _ = self.status_of("run", "scenarios/s.json", "--policy", "random", "--seed", seed,
                                        "--trace", trace, "--save-schedule", "elsewhere/x.json")
                again, err = self.status_of("replay", "elsewhere/x.json", "--trace", trace)
                self.assertEqual(out, again, err)

    def status_of(self, *arguments):
        import subprocess
        process = self.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate(timeout=60)
        self.assertIn(process.returncode, (0, 1), err)
        return out, err

    def test_a_replay_from_another_folder_finds_its_scenario(self):
        self.write("a/s.json", binary.deadlock())
        self.lockstep("run", "a/s.json", "--save-schedule", "a/x.json", "--policy", "round-robin",
                      status=1)
        self.lockstep("replay", "x.json", cwd=self.folder / "a", status=1)
        (self.folder / "a").rename(self.folder / "b")
        self.lockstep("replay", "b/x.json", status=1)

    def test_a_replay_of_a_scenario_that_has_changed_is_refused(self):
        path = self.write("s.json", binary.deadlock())
        self.lockstep("run", path, "--save-schedule", "x.json", "--policy", "round-robin", status=1)
        path.write_text(path.read_text() + "\n")
        out, err = self.lockstep("replay", "x.json", status=5)
        self.assertEqual(out, "")
        self.assertRegex(err, r"it was  [0-9a-f]{32}\n  it is   [0-9a-f]{32}\n")
        _, err = self.lockstep("run", "s.json", "--schedule", "x.json", status=1)
        self.assertIn("note:", err)

    def test_a_replay_of_what_is_no_saved_schedule(self):
        self.lockstep("replay", "nothing.json", status=2)
        self.lockstep("replay", self.write("x.json", "[]"), status=2)
        self.lockstep("replay", self.write("y.json", {"lockstep_schedule": 1}), status=2)

    def test_a_scenario_and_a_saved_schedule_are_told_apart_in_one_complaint(self):
        path = self.write("s.json", binary.deadlock())
        self.lockstep("run", path, "--save-schedule", "x.json", "--policy", "round-robin", status=1)
        for arguments in [("replay", "s.json"), ("run", "s.json", "--schedule", "s.json")]:
            _, err = self.lockstep(*arguments, status=2)
            self.assertEqual(err.splitlines()[0], "s.json:1:1: expected a saved schedule, found a scenario; "
                             "`lockstep run` runs it, and --save-schedule writes down how it went")
            self.assertEqual(err.count("s.json:"), 1, err)
        for verb in ["run", "explore", "validate"]:
            out, err = self.lockstep(verb, "x.json", status=2)
            self.assertIn("x.json:1:1: expected a scenario, found a saved schedule; `lockstep replay` "
                          "carries it out\n", out + err)
            self.assertEqual((out + err).count("x.json:"), 1, err)

    def test_a_folder_is_no_schedule(self):
        (self.folder / "found").mkdir()
        path = self.write("s.json", binary.deadlock())
        _, err = self.lockstep("run", path, "--schedule", "found", status=2)
        self.assertEqual(err, "lockstep run: --schedule: found is a folder; name one of its files\n")

    def test_standard_input_can_be_saved_and_replayed(self):
        scenario = json.dumps(binary.deadlock()).encode()
        self.lockstep("run", "-", "--policy", "round-robin", "--save-schedule", "x.json",
                      stdin=scenario, status=1)
        self.lockstep("replay", "x.json", stdin=scenario, status=1)
        _, err = self.lockstep("replay", "x.json", status=5)
        self.assertIn("lockstep replay x.json <SCENARIO", err)


if __name__ == "__main__":
    unittest.main()
