"""The most memory that a process has had, whoever starts it. Used by bench/run and tests/cli.

Linux counts with a process what was resident before its exec, which is the parent's memory: of a
small program that a large Python starts, ru_maxrss is that of Python. So a shell starts it, which
has next to nothing, and then becomes the Python that waits for it.
"""
import os
import subprocess
import sys

SHELL = 'reap=$1 python=$2 to=$3; shift 3; "$@" & exec "$python" -ISc "$reap" $! "$to"'
REAP = ("import os, sys; _, status, usage = os.wait4(int(sys.argv[1]), 0); "
        "os.write(int(sys.argv[2]), b'%d %d' % (os.waitstatus_to_exitcode(status), "
        "usage.ru_maxrss))")


def peak_memory(command, **options):
    """(exit status, MB); the options are those of subprocess.run. Its standard input is empty."""
    read, write = os.pipe()
    try:
        subprocess.run(["sh", "-c", SHELL, "sh", REAP, sys.executable, str(write),
                        *map(str, command)], check=True, pass_fds=[write], **options)
    finally:
        os.close(write)
    with os.fdopen(read) as pipe:
        status, kilobytes = map(int, pipe.read().split())
    return status, kilobytes / 1024
