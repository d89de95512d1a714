"""fix: remedies that were verified, what is written, and when it is refused."""
import json
import re
import unittest

import binary

SELF_DEADLOCK = {"lockstep": 1, "objects": {"m": "Lock"},
                 "threads": {"T1": [{"with": "m", "do": [{"with": "m", "do": [{"pass": True}]}]}]}}


def apply(patch, document):
    """RFC 6902, as far as a patch of lockstep goes."""
    for operation in patch:
        *above, last = [token.replace("~1", "/").replace("~0", "~")
                        for token in operation["path"].split("/")[1:]]
        parent = document
        for token in above:
            parent = parent[int(token) if isinstance(parent, list) else token]
        key = int(last) if isinstance(parent, list) else last
        if operation["op"] == "test":
            assert parent[key] == operation["value"], operation
        elif operation["op"] == "remove":
            del parent[key]
        elif operation["op"] == "add" and isinstance(parent, list):
            parent.insert(key, operation["value"])
        else:
            parent[key] = operation["value"]
    return document


class Fix(binary.TestCase):
    def test_the_table_shows_the_remedies_side_by_side(self):
        out, err = self.lockstep("fix", binary.TWO_MUTEXES, status=0)
        self.assertRegex(out, r"(?m)^ +remedy +verdict +states +takes +locks held +edits$")
        self.assertRegex(out, r"(?m)^\d+ +one-rlock +verified ")
        self.assertRegex(out, r"(?m)^\d+ +lock-order +verified ")
        self.assertIn("--write", out)
        self.assertEqual(err, "")

    def test_nothing_to_mend(self):
        out, _ = self.lockstep("fix", binary.WITH_LOCK, status=0)
        self.assertEqual(out, "Nothing to mend: no interleaving shows a fault.\n")
        _, err = self.lockstep("fix", binary.WITH_LOCK, "--diff", status=0)
        self.assertIn("there is nothing to mend", err)

    def test_what_to_do_next_is_said_while_there_is_something_to_do(self):
        path = self.write("s.json", SELF_DEADLOCK)
        out, _ = self.lockstep("fix", path, status=0)
        self.assertIn("--diff", out)
        self.assertNotIn("--remedy 2", out)  # there is no second
        out, _ = self.lockstep("fix", binary.TWO_MUTEXES, status=0)
        self.assertIn("--remedy 2", out)
        out, _ = self.lockstep("fix", path, "--write", status=0)
        self.assertNotIn("--write", out)

    def test_a_remedy_beyond_the_table(self):
        _, err = self.lockstep("fix", binary.TWO_MUTEXES, "--remedy", "7", status=2)
        self.assertRegex(err, r"--remedy: expected 1 to \d, found 7")
        _, err = self.lockstep("fix", self.write("s.json", SELF_DEADLOCK), "--remedy", "2", status=2)
        self.assertIn("--remedy: expected 1, found 2", err)

    def test_a_remedy_beyond_the_table_is_offered_nothing_to_do(self):
        out, _ = self.lockstep("fix", binary.TWO_MUTEXES, "--remedy", "9", status=2)
        self.assertRegex(out, r"(?m)^1 +one-rlock")
        self.assertNotIn("--diff", out)
        self.assertNotIn("--remedy", out)

    def test_every_remedy_is_documented_and_named_where_its_finding_is_explained(self):
        page = (binary.ROOT / "docs/remedies.md").read_text()
        listed = set(re.findall(r"(?m)^\| `([a-z-]+)` \|", page))
        _, err = self.lockstep("fix", binary.TWO_MUTEXES, "--remedy", "none", status=2)
        known = set(re.search(r"expected (.*) or a number", err)[1].split(", "))
        self.assertEqual(listed, known)
        explained = set()
        for line in self.lockstep("explain", status=0)[0].splitlines():
            told = self.lockstep("explain", line.split()[0], status=0)[0]
            explained |= set(re.findall(r"(?m)^  ([a-z-]+) {2,}", told))
        self.assertEqual(explained, known)

    def test_the_schedule_that_refutes_a_remedy_is_one_of_the_changed_scenario(self):
        path = self.write("s.json", {
            "lockstep": 1, "objects": {"c": "Condition"},
            "threads": {"W": [{"with": "c", "do": [{"wait": "c"}]}],
                        "T": [{"with": "c", "do": [{"notify": "c"}]}]}})
        report = json.loads(self.lockstep("fix", path, "--report", "json", status=0)[0])
        refuted = [each for each in report["remedies"] if each["verdict"] == "refuted"]
        self.assertTrue(refuted)
        for each in refuted:
            changed = self.write("changed.json", apply(each["patch"], json.loads(path.read_text())))
            schedule = json.dumps(each["schedule"])
            out, _ = self.lockstep("run", changed, "--schedule", schedule, status=1)
            self.assertIn("DEADLOCK", out)

    def test_a_reason_is_never_empty(self):
        path = self.write("s.json", binary.deadlock())
        for limit in range(1, 60):
            out, _ = self.lockstep("fix", path, "--max-states", limit, "--report", "json",
                                   "--allow-incomplete", status=None)
            for remedy in json.loads(out)["remedies"]:
                self.assertNotRegex(remedy.get("reason", "said"), r"(: ?|^)$")

    def test_no_remedy_for_it(self):
        path = self.write("s.json", {"lockstep": 1, "objects": {"m": "Lock"},
                                     "threads": {"T1": [{"release": "m"}]}})
        self.lockstep("fix", path, status=1)
        out, err = self.lockstep("fix", path, "--write", status=1)
        self.assertIn("no remedy was verified", err)
        self.assertEqual(json.loads(path.read_text())["threads"]["T1"], [{"release": "m"}])

    def test_write_mends_the_file_and_keeps_the_rest_of_it(self):
        text = json.dumps(SELF_DEADLOCK, indent=2).replace('"objects"', '// kept\n  "objects"')
        path = self.write("s.json", text)
        _, err = self.lockstep("fix", path, "--write", status=0)
        self.assertIn("s.json written with rlock", err)
        self.assertEqual(path.read_text(), text.replace('"Lock"', '"RLock"'))
        self.lockstep("explore", path, status=0)

    def test_output_leaves_the_file_alone(self):
        path = self.write("s.json", SELF_DEADLOCK)
        before = path.read_bytes()
        self.lockstep("fix", path, "--output", "mended.json", status=0)
        self.assertEqual(path.read_bytes(), before)
        self.lockstep("explore", "mended.json", status=0)
        out, _ = self.lockstep("fix", path, "--output", "-", status=0)
        self.assertEqual(out, (self.folder / "mended.json").read_text())
        out, _ = self.lockstep("fix", "-", "--output", "-", stdin=before, status=0)
        self.assertEqual(out, (self.folder / "mended.json").read_text())

    def test_the_diff_is_one_that_patch_takes(self):
        path = self.write("s.json", json.dumps(SELF_DEADLOCK, indent=1) + "\n")
        out, err = self.lockstep("fix", "s.json", "--diff", status=0)
        self.assertTrue(out.startswith("--- a/s.json\n+++ b/s.json\n@@ "), out)
        self.assertIn('\n-  "m": "Lock"\n+  "m": "RLock"\n', out)
        self.assertEqual(err, "")

    def test_the_patch_is_rfc_6902(self):
        path = self.write("s.json", SELF_DEADLOCK)
        patch = json.loads(self.lockstep("fix", path, "--patch", status=0)[0])
        self.assertEqual([each["op"] for each in patch], ["test", "replace"])
        self.assertEqual(patch[1], {"op": "replace", "path": "/objects/m", "value": "RLock"})

    def test_a_remedy_by_name_or_number(self):
        first = self.lockstep("fix", binary.TWO_MUTEXES, "--patch", "--remedy", "1", status=0)[0]
        self.assertEqual(first, self.lockstep("fix", binary.TWO_MUTEXES, "--patch", status=0)[0])
        order = self.lockstep("fix", binary.TWO_MUTEXES, "--patch", "--remedy", "lock-order", status=0)[0]
        rlock = self.lockstep("fix", binary.TWO_MUTEXES, "--patch", "--remedy", "one-rlock", status=0)[0]
        self.assertNotEqual(order, rlock)
        _, err = self.lockstep("fix", binary.TWO_MUTEXES, "--patch", "--remedy", "99", status=2)
        self.assertIn("found 99", err)
        _, err = self.lockstep("fix", binary.TWO_MUTEXES, "--remedy", "lok-order", status=2)
        self.assertIn('did you mean "lock-order"?', err)

    def test_the_json_report(self):
        out, _ = self.lockstep("fix", binary.TWO_MUTEXES, "--report", "json", status=0)
        report = json.loads(out)
        self.assertEqual(report["lockstep_fix"], 1)
        self.assertEqual(report["original"]["verdict"], "deadlock")
        self.assertEqual(report["remedies"][0]["verdict"], "verified")
        self.assertIs(report["remedies"][0]["exploration"]["complete"], True)
        documented = (binary.ROOT / "docs/report-format.md").read_text()
        for key in list(report) + list(report["remedies"][0]) + list(report["remedies"][0]["cost"]):
            self.assertIn(f"`{key}`", documented)

    def test_what_excludes_each_other(self):
        path = self.write("s.json", SELF_DEADLOCK)
        for options, said in [(["--diff", "--patch"], "--diff and --patch exclude each other"),
                              (["--write", "--output", "x"], "--write and --output exclude each other"),
                              (["--output", "no/folder/x"], "cannot write no/folder/x")]:
            _, err = self.lockstep("fix", path, *options, status=2)
            self.assertIn(said, err)
        _, err = self.lockstep("fix", "-", "--write", stdin=b"{}", status=2)
        self.assertIn("--write cannot change standard input", err)


if __name__ == "__main__":
    unittest.main()
