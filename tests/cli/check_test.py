"""check: what meets an expectation, what does not, and what a limit leaves open."""
import json
import unittest

import binary

ENDLESS = {"lockstep": 1, "variables": {"n": 0},
           "threads": {"T1": [{"while": "True", "do": [{"set": "n", "to": "n + 1"}]}]}}


class Check(binary.TestCase):
    def check(self, scenario, status, *options):
        self.write("s.lockstep.json", scenario)
        out, _ = self.lockstep("check", "s.lockstep.json", "--report", "json", *options, status=status)
        return json.loads(out)["scenarios"][0]

    def unmet(self, scenario, status=1, *options):
        return {each["what"]: (each["expected"], each["found"])
                for each in self.check(scenario, status, *options)["unmet"]}

    def test_without_expectations_a_finding_fails(self):
        self.assertEqual(self.check(binary.harmless(), 0)["status"], "ok")
        unmet = self.unmet(binary.deadlock())
        self.assertEqual(unmet["explore/circular-wait"][0], "nothing of the kind")

    def test_a_deadlock_that_is_expected_passes(self):
        self.check(binary.deadlock(expect={"explore": {"deadlock": "possible"}}), 0)

    def test_a_deadlock_that_is_expected_and_cannot_be_is_a_failure(self):
        unmet = self.unmet(binary.harmless(expect={"explore": {"deadlock": "possible"}}))
        self.assertEqual(unmet["explore/deadlock"], ("possible", "impossible: no interleaving shows it"))

    def test_possible_is_not_certain(self):
        unmet = self.unmet(binary.deadlock(expect={"explore": {"deadlock": "certain"}}))
        self.assertIn("an interleaving without", unmet["explore/deadlock"][1])
        certain = {"lockstep": 1, "objects": {"m": "Lock"},
                   "threads": {"T1": [{"acquire": "m"}, {"acquire": "m"}]},
                   "expect": {"explore": {"deadlock": "certain"}}}
        self.check(certain, 0)

    def test_a_deadlock_that_must_not_be(self):
        found = self.check(binary.deadlock(expect={"explore": {"deadlock": "impossible"}}), 1)["unmet"][0]
        self.assertEqual(found["what"], "explore/deadlock")
        self.assertTrue(found["replay"].startswith("lockstep run s.lockstep.json --schedule "), found)

    def test_outcomes_are_exactly_these(self):
        racing = {"lockstep": 1, "variables": {"n": 0, "other": 7},
                  "threads": {"T1": [{"set": "n", "to": "1"}], "T2": [{"set": "n", "to": "2"}]}}
        def expecting(*outcomes):
            return {**racing, "expect": {"explore": {"outcomes": list(outcomes)}}}
        self.check(expecting({"n": 1}, {"n": 2}), 0)
        self.assertEqual(self.unmet(expecting({"n": 1})),
                         {"explore/outcomes": ("none but those listed", "n = 2")})
        self.assertEqual(self.unmet(expecting({"n": 1}, {"n": 2}, {"n": 3})),
                         {"explore/outcomes": ("n = 3", "no interleaving ends so")})

    def test_exceptions(self):
        raising = {"lockstep": 1, "objects": {"m": "Lock"}, "threads": {"T1": [{"release": "m"}]}}
        self.assertIn("explore/unowned-release", self.unmet(raising))
        self.check({**raising, "expect": {"explore": {"exceptions": "certain"}}}, 0)
        self.check({**raising, "expect": {"run": {"exceptions": {"T1": "RuntimeError"}}}}, 0)
        self.assertEqual(
            self.unmet({**raising, "expect": {"run": {"exceptions": {"T1": "KeyError"}}}}),
            {"run/exceptions/T1": ("KeyError", "RuntimeError: release unlocked lock")})
        self.assertEqual(self.unmet({**raising, "expect": {"run": {"outcome": "finished"}}}),
                         {"run/exceptions/T1": ("none", "RuntimeError: release unlocked lock")})

    def test_runs(self):
        def running(**expect):
            return binary.harmless(expect={"run": expect})
        self.check(running(outcome="finished", final={"n": 1}, output=[]), 0)
        self.assertEqual(self.unmet(running(outcome="deadlock")),
                         {"run/outcome": ("deadlock", "finished")})
        self.assertEqual(self.unmet(running(final={"n": 2})), {"run/final/n": ("2", "1")})
        self.check(running(exit_status=0), 0)
        self.assertEqual(self.unmet(running(exit_status=3)), {"run/exit_status": ("3", "0")})
        self.assertEqual(self.unmet(running(output=["hello"])),
                         {"run/output": ("line 1: hello", "0 lines and no more")})
        stuck = binary.deadlock(expect={"run": {"policy": "round-robin"}})
        self.assertIn("LS001", self.unmet(stuck)["run/outcome"][1])
        self.check(binary.deadlock(expect={"run": {"policy": "round-robin", "outcome": "deadlock"}}), 0)
        short = binary.deadlock(schedule=["T1"], expect={"run": {"outcome": "cut-short"}})
        self.check(short, 0)

    def test_broken_invariants_are_never_expected(self):
        scenario = binary.harmless(invariants=["n == 0"], expect={"explore": {"deadlock": "impossible"}})
        self.assertIn("explore/invariant", self.unmet(scenario))

    def test_what_a_limit_leaves_open_is_neither_met_nor_unmet(self):
        limit = ["--max-states", "100"]
        self.assertEqual(self.check(ENDLESS, 3, *limit)["status"], "incomplete")
        self.check(ENDLESS, 0, *limit, "--allow-incomplete")
        for expected in ["possible", "impossible", "certain"]:
            scenario = {**ENDLESS, "expect": {"explore": {"deadlock": expected}}}
            self.assertEqual(self.check(scenario, 3, *limit)["undecided"],
                             [f"explore/deadlock: {expected}"])

    def test_a_remedy_that_a_limit_left_unseen_is_neither_met_nor_unmet(self):
        scenario = binary.deadlock(expect={"explore": {"deadlock": "possible"}, "fix": {"remedy": "lock-order"}})
        states = self.check(scenario, 0)["explored"]["states"]
        found = self.check(scenario, 3, "--max-states", 1)
        self.assertEqual((found["status"], found["unmet"]), ("incomplete", []))
        for limit in range(1, states):
            # Random interleavings may find the deadlock, and few states may do for the remedy.
            found = self.check(scenario, 0, "--max-states", limit, "--allow-incomplete")
            self.assertIn(found["status"], ("ok", "incomplete"))
            self.assertEqual(found["unmet"], [])

    def test_fix_alone_is_held_to_its_exploration(self):
        expecting = {"expect": {"fix": {"remedy": "lock-order"}}}
        self.check(binary.deadlock(**expecting), 0)
        broken = binary.deadlock(variables={"n": 0}, invariants=["n == 1"], **expecting)
        self.assertIn("explore/invariant", self.unmet(broken))
        # A run that is expected is held to that run only.
        self.check(binary.deadlock(expect={"run": {"policy": "timed"}}), 0)

    def test_a_cut_short_exploration_confirms_possible(self):
        whole = self.check(binary.deadlock(expect={"explore": {"deadlock": "possible"}}), 0,
                           "--no-reduction")
        states = whole["explored"]["states"]
        seen = set()
        for limit in range(1, states + 1):
            self.write("s.lockstep.json", binary.deadlock(expect={"explore": {"deadlock": "possible"}}))
            out, _ = self.lockstep("check", "s.lockstep.json", "--report", "json", "--max-states", limit,
                                   "--allow-incomplete", "--no-reduction", status=0)
            scenario = json.loads(out)["scenarios"][0]
            seen.add((scenario["status"], scenario["explored"]["complete"]))
            self.assertNotEqual(scenario["status"], "failed")
        self.assertIn(("ok", False), seen)

    def test_the_text(self):
        self.write("t/a.lockstep.json", binary.harmless())
        self.write("t/b.lockstep.json", binary.deadlock())
        self.write("t/c.lockstep.jsonc", "{ // nothing\n}")
        self.write("t/.hidden/d.lockstep.json", "{")
        self.write("t/note.json", "{")
        out, err = self.lockstep("check", "t", status=2)
        lines = out.splitlines()
        self.assertTrue(lines[0].startswith("ok   t/a.lockstep.json"), out)
        self.assertTrue(lines[1].startswith("FAIL t/b.lockstep.json"), out)
        self.assertIn("    see it    lockstep run t/b.lockstep.json --schedule", out)
        self.assertIn("BAD  t/c.lockstep.jsonc", out)
        self.assertRegex(lines[-1], r"^3 scenarios: 1 failed, 1 broken, 1 ok in ")
        self.assertNotIn("hidden", out)

    def test_statuses_of_the_whole(self):
        self.write("a/x.lockstep.json", binary.harmless())
        self.write("b/x.lockstep.json", binary.deadlock())
        (self.folder / "none").mkdir()
        self.lockstep("check", "a", status=0)
        self.lockstep("check", "a", "b", status=1)
        self.lockstep("check", "none", status=4)
        self.lockstep("check", "nothing-there", status=2)
        self.lockstep("check", status=2)

    def test_the_json_report_is_the_same_each_time(self):
        self.write("b/x.lockstep.json", binary.deadlock())
        first, _ = self.lockstep("check", "b", "--report", "json", status=1)
        self.assertEqual(first, self.lockstep("check", "b", "--report", "json", status=1)[0])


if __name__ == "__main__":
    unittest.main()
