"""What a caught exception says of itself, here and on CPython."""
import json
import subprocess
import sys
import unittest

import binary

RAISED = ["ValueError()", "ValueError('a')", "ValueError('a', 1)", "KeyError('k')", "OSError('a')",
          "OSError(5, 'a')", "OSError(5, 'a', 'f')", "OSError(5, 'a', None)", "OSError(1, 2, 3, 4, 5, 6)",
          "TimeoutError(3, 4)", "BlockingIOError(11, 'a', 3)", "RuntimeError(['x'])"]
READ = ["e.args", "e.errno", "e.strerror", "len(e.args)"]


class Exceptions(binary.TestCase):
    def test_attributes(self):
        main, source = [], []
        for raised in RAISED:
            for read in READ:
                main.append({"try": [{"try": [{"raise": raised}], "except": {
                    "type": "Exception", "as": "e", "do": [{"print": f"repr({read})"}]}}],
                    "except": {"type": "AttributeError", "as": "f", "do": [{"print": "repr(f)"}]}})
                source.append(f"try:\n    try: raise {raised}\n    except Exception as e: print(repr({read}))\n"
                              "except AttributeError as f: print(repr(f))\n")
        path = self.write("s.json", {"lockstep": 1, "main": main})
        out, _ = self.lockstep("run", path, "--trace", "json", status=0)
        printed = [event["output"] for line in out.splitlines()
                   for event in json.loads(line).get("events", []) if "output" in event]
        self.assertEqual(len(printed), len(RAISED) * len(READ))
        done = subprocess.run([sys.executable, "-c", "".join(source)], capture_output=True, text=True, check=True)
        self.assertEqual(printed, done.stdout.splitlines())

    def test_they_are_no_methods_and_of_no_class(self):
        for expression, said in [("x.args()", '"args" is no method: it is written without "()"'),
                                 ("ValueError.args", '"args" is an attribute of exceptions, not of their classes')]:
            path = self.write("s.json", {"lockstep": 1, "main": [{"set": "x", "to": 1}, {"print": expression}]})
            _, err = self.lockstep("run", path, status=2)
            self.assertIn(said, err)

    def test_the_main_thread_has_a_class_of_its_own(self):
        path = self.write("s.json", {"lockstep": 1, "main": [{"print": "len(main_thread())"}]})
        out, _ = self.lockstep("run", path, status=1)
        self.assertIn("TypeError: object of type '_MainThread' has no len()", out)


if __name__ == "__main__":
    unittest.main()
