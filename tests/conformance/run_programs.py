#!/usr/bin/python3
"""Runs Python programs that report on themselves (exporter/shim.py), many at a time.

Standard input: a line of JSON for each, {"id": ..., "source": ...}. Standard output, in any order:
{"id", "status", "output": [lines], "error": text, "report": the program's own last line}.
Each runs in a process forked from this one, which saves starting an interpreter for it.
"""
import atexit
import json
import os
import sys
import tempfile
import threading
import types

AT_ONCE = 32  # most of them wait
SECONDS_MAX = 60  # of one program


def child(source, out, err):
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", closefd=False)
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    status = 0
    try:
        exec(compile(source, "program.py", "exec"), module.__dict__)
    except SystemExit:
        pass
    except BaseException:
        status = 1
        sys.excepthook(*sys.exc_info())
    # What an interpreter does at its end.
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def main():
    import signal

    jobs = [json.loads(line) for line in sys.stdin]
    running = {}
    while jobs or running:
        while jobs and len(running) < AT_ONCE:
            job = jobs.pop()
            out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
            pid = os.fork()
            if pid == 0:
                signal.alarm(SECONDS_MAX)
                child(job["source"], out, err)
            running[pid] = (job["id"], out, err)
        pid, status = os.wait()
        name, out, err = running.pop(pid)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode())
            file.close()
        # Behind a prompt it does not begin a line.
        at = texts[0].rfind('{"end"')
        report = json.loads(texts[0][at:]) if at >= 0 else None
        print(json.dumps({"id": name, "status": os.waitstatus_to_exitcode(status),
                          "output": texts[0][:at].splitlines(), "error": texts[1],
                          "report": report}), flush=True)


if __name__ == "__main__":
    main()
