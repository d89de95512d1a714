"""Files that cannot be accepted: said with place and reason, status 2, nothing on standard output."""
import json
import os
import unittest

import binary

READERS = ["run", "explore", "predict", "fix", "graph"]


class Input(binary.TestCase):
    def refused(self, path, said, **more):
        for verb in READERS:
            with self.subTest(verb=verb):
                out, err = self.lockstep(verb, path, status=2, **more)
                self.assertEqual(out, "")
                self.assertIn(said, err)
                self.assertNotIn("\x1b", err)

    def test_no_such_file(self):
        self.refused("nothing.json", "lockstep: cannot read nothing.json: No such file or directory")

    def test_a_folder(self):
        self.refused(self.folder, "Is a directory")

    @unittest.skipIf(os.geteuid() == 0, "root reads everything")
    def test_a_file_that_may_not_be_read(self):
        path = self.write("secret.json", binary.harmless())
        path.chmod(0)
        self.refused(path, "Permission denied")

    def test_an_empty_file(self):
        self.refused(self.write("empty.json", ""), "empty.json:1:1")

    def test_no_json(self):
        self.refused(self.write("bad.json", '{"lockstep": 1,\n  oops}\n'), "bad.json:2:3")

    def test_invalid_utf8(self):
        self.refused(self.write("latin1.json", b'{"lockstep": 1, "name": "caf\xe9"}'), "latin1.json:1:")

    def test_binary(self):
        self.refused(self.write("zero.json", bytes(1000)), "zero.json:1:1")

    def test_nested_too_deeply(self):
        self.refused(self.write("deep.json", "[" * 100000), "deep.json:1:")

    def test_a_name_with_escape_sequences_is_shown_without_them(self):
        self.refused("no\x1b[31m\n.json", "cannot read no\\x1b[31m\\n.json")

    def test_all_complaints_of_a_file(self):
        scenario = binary.deadlock()
        scenario["threads"]["T1"][0] = {"acquire": "mutxA"}
        scenario["threads"]["T2"][0] = {"acquire": "nothing"}
        path = self.write("two.json", json.dumps(scenario, indent=1))
        _, err = self.lockstep("explore", path, status=2)
        self.assertIn('did you mean "mutexA"?', err)
        self.assertIn("/threads/T2/0/acquire", err)
        self.assertEqual(err.count("two.json:"), 2, err)

    def test_a_remedy_that_there_is_not(self):
        path = self.write("s.json", binary.deadlock(expect={"fix": {"remedy": "rlok"}}))
        for verb in ["validate", "check"]:
            out, err = self.lockstep(verb, path, status=2)
            self.assertRegex(out + err, r's\.json:1:\d+: /expect/fix/remedy: there is no remedy "rlok", .*; '
                                        r'did you mean "rlock"\?')
        scenario = binary.deadlock(expect={"fix": {"remedy": "foo"}})
        scenario["objects"]["mutexA"] = "Lokc"
        _, err = self.lockstep("validate", self.write("s.json", scenario), status=2)
        self.assertIn("/expect/fix/remedy", err)
        self.assertIn('did you mean "Lock"?', err)

    def test_a_kind_of_finding_that_there_is_not(self):
        findings = {"LS001": 1, "circular-wiat": None, "circular-wait": 1}
        path = self.write("s.json", binary.deadlock(expect={"explore": {"findings": findings}}))
        for verb in ["validate", "check"]:
            out, err = self.lockstep(verb, path, status=2)
            self.assertIn('there is no finding "circular-wiat"; did you mean "circular-wait"?', out + err)
            self.assertIn("there is LS001 or circular-wait already", out + err)

    def test_a_cause_that_there_is_not(self):
        path = self.write("s.json", binary.deadlock(
            expect={"explore": {"causes": ["LS101", "lost-updat"]}}))
        for verb in ["validate", "check"]:
            out, err = self.lockstep(verb, path, status=2)
            self.assertIn('there is no cause "lost-updat"; did you mean "lost-update"?', out + err)
            self.assertIn("/expect/explore/causes/1", out + err)

    def test_findings_are_held_to_their_preemptions(self):
        for findings, status in [({"LS001": 1}, 0), ({"circular-wait": None}, 0), ({"LS001": 0}, 1),
                                 ({"LS001": 2}, 1), ({"LS001": 1, "LS002": 0}, 1), ({}, 1)]:
            with self.subTest(findings):
                expect = {"explore": {"findings": findings}}
                self.lockstep("check", self.write("s.json", binary.deadlock(expect=expect)), status=status)

    def test_an_unknown_thread_of_the_schedule_is_said_with_the_rest(self):
        scenario = binary.deadlock(schedule=["T1*2", {"run": "T3"}, "MainThread"])
        scenario["objects"]["mutexA"] = "Lokc"
        _, err = self.lockstep("validate", self.write("s.json", scenario), status=2)
        self.assertIn('there is no thread "T3"; did you mean "T1"?', err)
        self.assertIn('did you mean "Lock"?', err)
        self.assertEqual(err.count("s.json:"), 2, err)
        # One that is created, or renamed, may have any name.
        for statement in [{"spawn": "f", "name": "'T3'"}, {"set": "current_thread().name", "to": "'T3'"}]:
            scenario = binary.harmless(schedule=["T3"], functions={"f": [{"pass": True}]})
            scenario["threads"]["T1"].append(statement)
            self.lockstep("validate", self.write("s.json", scenario), status=0)

    def test_the_place_of_what_is_nested_too_deeply_fits_on_a_line(self):
        _, err = self.lockstep("validate", self.write("deep.json", "[" * 1000), status=2)
        self.assertIn("/0/...: nested deeper than", err)
        self.assertLess(len(err.splitlines()[0]), 200)

    def test_standard_input(self):
        scenario = json.dumps(binary.deadlock()).encode()
        out, _ = self.lockstep("explore", "-", stdin=scenario, status=1)
        self.assertIn("standard input", out)
        self.assertIn("lockstep run - --schedule", out)
        self.lockstep("run", "-", stdin=b"{", status=2)
        self.lockstep("validate", "-", stdin=scenario, status=0)
        self.lockstep("check", "-", stdin=scenario, status=1)

    def test_a_broken_schedule_of_its_own(self):
        path = self.write("s.json", binary.deadlock(schedule=["T9*2"]))
        for verb in READERS + ["validate", "check"]:
            out, err = self.lockstep(verb, path, status=2)
            self.assertIn("/schedule", out + err)

    def test_validate_says_it_of_each_file(self):
        self.write("a/good.lockstep.json", binary.harmless())
        self.write("a/bad.lockstep.json", "{")
        self.write("a/other.json", "{")
        out, err = self.lockstep("validate", "a", status=2)
        self.assertEqual(out, "ok   a/good.lockstep.json\n")
        self.assertIn("a/bad.lockstep.json:1:", err)
        self.assertNotIn("other.json", err)
        self.lockstep("validate", "a/good.lockstep.json", status=0)
        (self.folder / "none").mkdir()
        self.lockstep("validate", "none", status=4)

    def test_set_changes_a_param(self):
        path = self.write("p.json", {
            "lockstep": 1, "params": {"N": 1}, "variables": {"n": 0},
            "threads": {"T1": [{"set": "n", "to": "N"}]}})
        self.assertIn("n = 1", self.lockstep("run", path, status=0)[0])
        self.assertIn("n = 5", self.lockstep("run", path, "--set", "N=5", status=0)[0])
        _, err = self.lockstep("run", path, "--set", "M=5", status=2)
        self.assertIn("M", err)


if __name__ == "__main__":
    unittest.main()
