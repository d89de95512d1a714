"""predict, and graph --lock-order: exit statuses, reports, saved schedules."""
import json
import unittest

import binary


def one_after_the_other(**more):
    """Two threads that take two locks in opposite order, the second one later."""
    scenario = binary.deadlock("a", "b", **more)
    scenario["threads"]["T2"].insert(0, {"sleep": 1})
    return scenario


class Predict(binary.TestCase):
    def test_a_run_that_finishes_predicts_a_deadlock_that_replays(self):
        path = self.write("s.json", one_after_the_other())
        self.lockstep("run", path, status=0)
        out, err = self.lockstep("predict", path, "--save-schedule", "s.schedule.json", status=1)
        for said in ["DEADLOCK: the steps of one run can come to it", "LS001 circular-wait",
                     "how it comes to that", "a -> b", "policy timed, finished after"]:
            self.assertIn(said, out)
        self.assertEqual(err, "")
        replayed, _ = self.lockstep("replay", self.folder / "s.schedule.json", status=1)
        self.assertIn("LS001 circular-wait", replayed)
        explored = json.loads(self.lockstep("explore", path, "--report", "json", status=1)[0])
        predicted = json.loads(self.lockstep("predict", path, "--report", "json", status=1)[0])
        self.assertEqual(predicted["findings"][0]["fingerprint"],
                         explored["findings"][0]["fingerprint"])

    def test_the_report_has_every_circle_with_its_verdict(self):
        scenario = one_after_the_other()
        scenario["objects"]["gate"] = "Lock"
        for thread in ["T1", "T2"]:
            body = scenario["threads"][thread]
            scenario["threads"][thread] = [{"acquire": "gate"}, *body, {"release": "gate"}]
        path = self.write("s.json", scenario)
        out, _ = self.lockstep("predict", path, status=0)
        self.assertIn("NOTHING PREDICTED", out)
        self.assertIn("a -> b -> a: T1 and T2 both hold gate then", out)
        report = json.loads(self.lockstep("predict", path, "--report", "json", "--policy", "random",
                                          "--seed", "5", status=0)[0])
        self.assertEqual(report["lockstep_prediction"], 1)
        self.assertEqual(report["run"]["policy"], "random")
        self.assertEqual(report["run"]["seed"], 5)
        self.assertEqual(report["run"]["end"], "finished")
        self.assertEqual([(c["verdict"], c["excuse"]) for c in report["cycles"]],
                         [("excused", "gate")])
        self.assertEqual([e["held"] for e in report["cycles"][0]["edges"]], ["a", "b"])
        # Of each thread: gate -> one, gate -> the other, one -> the other.
        self.assertEqual(len(report["lock_order"]), 6)
        self.assertEqual(report["findings"], [])

    def test_what_one_run_does_not_tell_is_left_to_explore(self):
        scenario = one_after_the_other(variables={"done": False})
        scenario["threads"]["T1"].append({"set": "done", "to": True})
        scenario["threads"]["T2"][0] = {"await": "done"}
        out, _ = self.lockstep("predict", self.write("s.json", scenario), status=0)
        self.assertIn("NOTHING PROVED", out)
        self.assertIn("possible, not proved", out)
        self.assertIn("settle it: lockstep explore ", out)

    def test_limits_and_schedules(self):
        endless = {"lockstep": 1, "variables": {"n": 0},
                   "threads": {"T1": [{"while": "True", "do": [{"set": "n", "to": "n + 1"}]}]}}
        _, err = self.lockstep("predict", self.write("e.json", endless), "--max-steps", "1000",
                               status=3)
        self.assertEqual(err, "lockstep predict: cut short: steps: the limit of 1000 was reached\n")
        path = self.write("s.json", one_after_the_other())
        _, err = self.lockstep("predict", path, "--schedule", "T1*99", status=5)
        self.assertIn("lockstep predict: the schedule does not fit: ", err)
        self.lockstep("predict", path, "--schedule", "T1*2", status=0)  # T2 has asked for nothing

    def test_the_lock_order_graph(self):
        path = self.write("s.json", one_after_the_other(lock_order=["a", "b"]))
        out, _ = self.lockstep("graph", path, "--lock-order", status=0)
        self.assertIn("digraph lock_order {", out)
        self.assertEqual(out.count(" -> "), 2)
        self.assertIn("color=red", out)
        graph = json.loads(self.lockstep("graph", path, "--lock-order", "--as", "json", status=0)[0])
        self.assertEqual((graph["lockstep_graph"], graph["kind"]), (1, "lock-order"))
        self.assertEqual([v["name"] for v in graph["vertices"]], ["a", "b"])
        self.assertEqual([e["against_order"] for e in graph["edges"]], [False, True])
        text, _ = self.lockstep("graph", path, "--lock-order", "--as", "text", status=0)
        self.assertIn("by T2, against the lock_order", text)
        _, err = self.lockstep("graph", self.write("h.json", binary.harmless()), "--lock-order",
                               status=4)
        self.assertIn("no lock was asked for while another was held", err)


class DeclaredOrder(binary.TestCase):
    def test_a_run_an_exploration_and_check_report_what_breaks_it(self):
        scenario = one_after_the_other(lock_order=["a", "b"])
        path = self.write("s.lockstep.json", scenario)
        for verb in ["run", "explore"]:
            out, _ = self.lockstep(verb, path, status=1)
            self.assertIn("LOCK ORDER  LS016 lock-order", out)
            self.assertIn("T2 asks for a and holds b, which comes behind it in the lock_order", out)
        out, _ = self.lockstep("check", path, status=1)
        self.assertIn("explore/lock-order", out)
        for expect, status in [({"run": {"lock_order": "broken"}}, 0),
                               ({"run": {"lock_order": "kept"}}, 1),
                               ({"run": {}}, 1),
                               ({"explore": {"deadlock": "possible", "lock_order": "broken"}}, 0),
                               ({"explore": {"deadlock": "possible", "lock_order": "kept"}}, 1),
                               ({"explore": {"deadlock": "possible"}}, 1)]:
            with self.subTest(expect=expect):
                self.write("s.lockstep.json", {**scenario, "expect": expect})
                self.lockstep("check", path, status=status)

    def test_an_order_that_is_kept_is_not_broken(self):
        scenario = binary.harmless(objects={"a": "Lock"}, lock_order=["a"])
        path = self.write("s.lockstep.json", {**scenario, "expect": {"explore": {"lock_order": "broken"}}})
        out, _ = self.lockstep("check", path, status=1)
        self.assertIn("kept: no interleaving breaks it", out)


if __name__ == "__main__":
    unittest.main()
