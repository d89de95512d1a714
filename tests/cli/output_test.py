"""Where output goes: colours, closed pipes, signals, files that are whole or not there."""
import json
import os
import pty
import signal
import subprocess
import time
import unittest

import binary

SLOW = {"lockstep": 1, "variables": {"n": 0},
        "threads": {f"T{i}": [{"while": "True", "do": [{"set": "n", "to": "n + 1"}]}] for i in range(3)}}


class Output(binary.TestCase):
    def has_colour(self, *options, **environment):
        out, _ = self.lockstep("explore", binary.TWO_MUTEXES, *options, environment=environment, status=1)
        return "\x1b[" in out

    def test_colours(self):
        self.assertFalse(self.has_colour())
        self.assertTrue(self.has_colour("--color", "always"))
        self.assertTrue(self.has_colour("--color=always", NO_COLOR="1"))
        self.assertTrue(self.has_colour(CLICOLOR_FORCE="1"))
        self.assertFalse(self.has_colour(CLICOLOR_FORCE="0"))
        self.assertFalse(self.has_colour(NO_COLOR="1", CLICOLOR_FORCE="1"))
        self.assertTrue(self.has_colour(NO_COLOR="", CLICOLOR_FORCE="1"))
        self.assertFalse(self.has_colour("--color", "never", CLICOLOR_FORCE="1"))

    def on_a_terminal(self, *arguments, **environment):
        main, terminal = pty.openpty()
        process = self.start(*arguments, environment={"TERM": "xterm", **environment},
                             stdout=terminal, stderr=terminal)
        os.close(terminal)
        text = b""
        while True:
            try:
                piece = os.read(main, 65536)
            except OSError:
                break
            if not piece:
                break
            text += piece
        process.wait(timeout=60)
        os.close(main)
        return text.decode()

    def test_on_a_terminal_there_are_colours_unless_unwanted(self):
        self.assertIn("\x1b[1;31m", self.on_a_terminal("explore", binary.TWO_MUTEXES))
        for variables in [{"NO_COLOR": "1"}, {"CLICOLOR": "0"}, {"TERM": "dumb"}]:
            self.assertNotIn("\x1b[1;31m", self.on_a_terminal("explore", binary.TWO_MUTEXES, **variables))

    def test_on_a_terminal_there_is_progress_which_is_cleared(self):
        path = self.write("s.json", SLOW)
        text = self.on_a_terminal("explore", path, "--max-seconds", "1.5")
        self.assertIn("states", text)
        self.assertIn("\r\x1b[K", text)
        self.assertIn("\r\x1b[K", text[text.rindex(" to do"):])

    def test_it_says_of_what_order_a_large_search_will_be(self):
        large = binary.ROOT / "bench/scenarios/increments.lockstep.json"
        text = self.on_a_terminal("explore", large, "--set", "N=5", "--set", "K=6", "--max-seconds", "2")
        self.assertRegex(text, r"states of very roughly [1-9][0,]* \([1-9][0,]* to [1-9][0,]*\), ")

    def test_not_on_a_terminal_there_is_none(self):
        path = self.write("s.json", SLOW)
        _, err = self.lockstep("explore", path, "--max-seconds", "1", status=3)
        self.assertEqual(err, "")

    def test_a_reader_that_goes_away_is_no_fault(self):
        path = self.write("s.json", SLOW)
        process = self.start("run", path, "--max-steps", "1000000000", stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        process.stdout.readline()
        process.stdout.close()
        process.stderr.read()
        process.stderr.close()
        self.assertEqual(process.wait(timeout=60), 3)

    def test_a_closed_standard_output(self):
        process = subprocess.run([binary.BINARY, "explore", binary.TWO_MUTEXES], stderr=subprocess.PIPE,
                                 preexec_fn=lambda: os.close(1), timeout=60)
        self.assertEqual(process.returncode, 2)
        self.assertIn(b"cannot write to standard output", process.stderr)

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_a_full_disk(self):
        with open("/dev/full", "wb") as full:
            process = self.start("explore", binary.TWO_MUTEXES, stdout=full, stderr=subprocess.PIPE)
            _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 2)
        self.assertIn(b"No space left on device", err)
        self.lockstep("explore", binary.TWO_MUTEXES, "--report", "json=/dev/full", status=2)

    def interrupted(self, signal_number, *arguments):
        process = self.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(1.0)
        process.send_signal(signal_number)
        out, err = process.communicate(timeout=60)
        return process.returncode, out.decode(), err.decode()

    def test_an_interrupted_search_says_what_it_found(self):
        path = self.write("s.json", SLOW)
        for number, status in [(signal.SIGINT, 130), (signal.SIGTERM, 143)]:
            returned, out, _ = self.interrupted(number, "explore", path, "--report", "json=r.json")
            self.assertEqual(returned, status)
            self.assertIn("INCOMPLETE", out)
            report = json.loads((self.folder / "r.json").read_text())
            self.assertIs(report["complete"], False)
            self.assertIn("interrupted", report["incomplete_reason"])

    def test_an_interrupted_run_shows_its_end(self):
        path = self.write("s.json", SLOW)
        returned, out, _ = self.interrupted(signal.SIGINT, "run", path, "--trace", "none",
                                            "--max-steps", "1000000000000")
        self.assertEqual(returned, 130)
        self.assertIn("cut short", out)

    def test_an_interrupted_check_tells_what_is_done(self):
        self.write("c/a.lockstep.json", binary.harmless())
        self.write("c/b.lockstep.json", SLOW)
        self.write("c/c.lockstep.json", binary.harmless())
        returned, out, err = self.interrupted(signal.SIGINT, "check", "c")
        self.assertEqual(returned, 130)
        self.assertIn("a.lockstep.json", out)
        self.assertIn("1 of 3 scenarios checked", err)

    def test_files_are_replaced_as_a_whole(self):
        target = self.write("r.json", "old")
        os.link(target, self.folder / "other-name")
        target.chmod(0o640)
        self.lockstep("explore", binary.TWO_MUTEXES, "--report", "json=r.json", status=1)
        self.assertEqual((self.folder / "other-name").read_text(), "old")
        self.assertEqual(json.loads(target.read_text())["verdict"], "deadlock")
        self.assertEqual(target.stat().st_mode & 0o777, 0o640)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["other-name", "r.json"])

    def test_a_link_stays_a_link(self):
        target = self.write("d/real.json", "old")
        (self.folder / "link.json").symlink_to("d/real.json")
        self.lockstep("explore", binary.TWO_MUTEXES, "--report", "json=link.json", status=1)
        self.assertTrue((self.folder / "link.json").is_symlink())
        self.assertNotEqual(target.read_text(), "old")

    def test_what_cannot_be_written_is_said_before_the_work(self):
        path = self.write("s.json", SLOW)
        for target in ["no/such/folder/r.json", self.folder]:
            out, err = self.lockstep("explore", path, "--report", f"json={target}", status=2)
            self.assertIn("cannot write", err)
            self.assertEqual(out, "")
        out, err = self.lockstep("explore", path, "--report", "json=", status=2)
        self.assertEqual(err, "lockstep explore: --report: json= names no file; write json=FILE, or "
                              "json for standard output\n")
        self.write("file", "")
        for verb, option, target in [
            ("run", "--save-schedule", "no/such/folder/x.json"),
            ("explore", "--checkpoint", "no/such/folder/x"),
            *[(verb, "--save-schedule", target) for verb in ["explore", "predict"]
              for target in ["no/such/folder/x.json", "file/x.json", "file/new/"]],
        ]:
            with self.subTest(verb=verb, option=option, target=target):
                out, err = self.lockstep(verb, path, option, target, status=2)
                self.assertIn(f"lockstep {verb}: cannot write {target}: ", err)
                self.assertEqual(out, "")

    def test_devices_are_written_to(self):
        out, _ = self.lockstep("explore", binary.TWO_MUTEXES, "--report", "json=/dev/null", status=1)
        self.assertIn("LS001", out)
        self.assertFalse(os.path.isfile("/dev/null"))

    def test_names_from_a_scenario_reach_no_terminal_as_they_are(self):
        hostile = "x\x1b]0;owned\x07\n::error::"
        path = self.write("s.json", {
            "lockstep": 1, "name": hostile, "objects": {"m": "Lock"},
            "variables": {"v": "'\\x1b[2J'"},
            "functions": {"f": [{"acquire": "m"}]},
            "threads": {"T1": [{"spawn": "f", "as": "t", "name": "'\\x1b[31m\\n::error::'"},
                               {"acquire": "m", "note": hostile, "at": hostile},
                               {"print": "'\\x1b[31m' + v"},
                               {"acquire": "m", "label": "again"}]}})
        for arguments in [["run", path], ["explore", path], ["graph", path], ["graph", path, "--as", "text"],
                          ["fix", path], ["check", path]]:
            process = self.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            out, err = process.communicate(timeout=60)
            with self.subTest(arguments=arguments):
                self.assertIn(process.returncode, (0, 1), err)
                self.assertNotIn(b"\x1b", out + err)
                self.assertNotIn(b"\x07", out + err)
                self.assertNotIn(b"\n::error", out + err)


if __name__ == "__main__":
    unittest.main()
