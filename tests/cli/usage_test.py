"""What lockstep says about its own command line."""
import re
import unittest

import binary

VERBS = ["run", "replay", "explore", "predict", "fix", "check", "graph", "validate", "schema",
         "explain"]


class Usage(binary.TestCase):
    def test_alone_it_prints_the_short_help_and_that_is_wrong_usage(self):
        out, err = self.lockstep(status=2)
        self.assertEqual(out, "")
        for verb in VERBS:
            self.assertRegex(err, rf"(?m)^  {verb} ")

    def test_help_goes_to_standard_output(self):
        out, err = self.lockstep("--help", status=0)
        self.assertIn("usage: lockstep", out)
        self.assertEqual(err, "")
        self.assertEqual(self.lockstep("help", "run", status=0), self.lockstep("run", "--help", status=0))

    def test_version(self):
        out, _ = self.lockstep("--version", status=0)
        self.assertRegex(out, r"^lockstep \d+\.\d+\.\d+\n$")

    def test_the_help_of_every_verb_begins_with_an_example(self):
        for verb in VERBS:
            with self.subTest(verb=verb):
                out, err = self.lockstep(verb, "--help", status=0)
                self.assertTrue(out.startswith(f"example: lockstep {verb}"), out)
                self.assertIn(f"usage: lockstep {verb}", out)
                self.assertEqual(err, "")
                self.assertLessEqual(max(map(len, out.splitlines()[1:])), 100)

    def test_examples_name_files_that_are_there(self):
        for verb in VERBS:
            example = self.lockstep(verb, "--help", status=0)[0].splitlines()[0]
            for path in re.findall(r"scenarios\S*", example):
                self.assertTrue((binary.ROOT / path).exists(), example)

    def test_an_unknown_verb(self):
        _, err = self.lockstep("exlore", "x", status=2)
        self.assertIn('unknown verb "exlore"; did you mean "explore"?', err)

    def test_an_unknown_option(self):
        _, err = self.lockstep("run", binary.WITH_LOCK, "--polcy", "timed", status=2)
        self.assertIn('lockstep run: unknown option --polcy; did you mean "--policy"?', err)
        _, err = self.lockstep("run", binary.WITH_LOCK, "--polcy=timed", status=2)
        self.assertIn("unknown option --polcy;", err)

    def test_wrong_values(self):
        for arguments, said in [
            (["--policy", "randm"], '--policy: expected timed, round-robin, random or pct, found '
                                    '"randm"; did you mean "random"?'),
            (["--seed", "x"], '--seed: expected a whole number from 0 to 18446744073709551615, found "x"'),
            (["--seed", "-1"], '--seed'),
            (["--seed", "99999999999999999999999"], '--seed: expected a whole number'),
            (["--seed"], "--seed needs a value"),
            (["--seed", "1", "--seed", "2"], "--seed is given twice"),
            (["--trace", "xml"], '--trace: expected text, json or none, found "xml"'),
            (["--set", "N"], '--set: expected NAME=VALUE, found "N"'),
            (["--set", "N=1", "--set", "N=2"], "--set: N is set twice"),
            (["--policy", "random", "--schedule", "T1"], "--policy and --schedule exclude each other"),
            (["more"], 'unexpected argument "more"'),
        ]:
            with self.subTest(arguments=arguments):
                out, err = self.lockstep("run", binary.WITH_LOCK, *arguments, status=2)
                self.assertIn(said, err)
                self.assertEqual(out, "")
        _, err = self.lockstep("explore", binary.WITH_LOCK, "--max-memory", "5X", status=2)
        self.assertIn('--max-memory: expected a size such as 512M or 2G, found "5X"', err)
        _, err = self.lockstep("explore", binary.WITH_LOCK, "--max-seconds", "soon", status=2)
        self.assertIn('--max-seconds: expected a number of seconds, found "soon"', err)
        _, err = self.lockstep("explore", binary.WITH_LOCK, "--report", "jsn", status=2)
        self.assertIn('--report: expected text or json, found "jsn"; did you mean "json"?', err)

    def test_several_mistakes_are_said_at_once(self):
        _, err = self.lockstep("run", "x", "--seed", "x", "--trace", "y", status=2)
        self.assertIn("--seed:", err)
        self.assertIn("--trace:", err)

    def test_a_missing_scenario(self):
        for verb in ["run", "explore", "fix", "graph"]:
            _, err = self.lockstep(verb, status=2)
            self.assertIn(f"lockstep {verb}: SCENARIO is missing", err)

    def test_explain(self):
        out, _ = self.lockstep("explain", "ls001", status=0)
        self.assertIn("LS001 circular-wait", out)
        self.assertIn("What to do:", out)
        listed, _ = self.lockstep("explain", status=0)
        for code, kind in re.findall(r"(?m)^(LS\d{3})  (\S+)", listed):
            self.assertEqual(self.lockstep("explain", code, status=0),
                             self.lockstep("explain", kind, status=0))
        _, err = self.lockstep("explain", "circular-wat", status=2)
        self.assertIn('did you mean "circular-wait"?', err)

    def test_explain_shows_a_scenario_of_every_kind_and_cause_and_one_without_it(self):
        listed, _ = self.lockstep("explain", status=0)
        causes = re.findall(r"(?m)^LS1\d\d  (\S+)", listed)
        self.assertIn("lost-update", causes)
        folder = binary.ROOT / "scenarios/explain"
        for name in re.findall(r"(?m)^LS\d{3}  (\S+)", listed):
            with self.subTest(name):
                bad = (folder / f"{name}.lockstep.json").read_text()
                good = (folder / f"{name}-fixed.lockstep.json").read_text()
                page, _ = self.lockstep("explain", name, status=0)
                self.assertIn(f"A scenario that shows it:\n\n{bad}\n", page)
                self.assertTrue(page.endswith(f"And one that does not:\n\n{good}"))
                # What it shows is held by `lockstep check scenarios`, if it says so.
                named = f'"causes": ["{name}"]' if name in causes else f'"{name}": null'
                self.assertIn(named, bad)
        for file in folder.iterdir():
            name = file.name.removesuffix(".lockstep.json").removesuffix("-fixed")
            self.assertRegex(listed, rf"(?m)^LS\d+  {name} ")

    def test_the_schema_is_json(self):
        import json
        self.assertEqual(json.loads(self.lockstep("schema", status=0)[0])["type"], "object")


if __name__ == "__main__":
    unittest.main()
