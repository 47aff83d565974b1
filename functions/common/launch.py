"""Limit this process, then become the program named on the command line. EFFECT.

Run as a script by `process.run`, never imported: what a `preexec_fn` would do between fork and exec is unsafe where the
parent has threads (Python, subprocess, "preexec_fn"), and the heartbeat is one. It costs about 20 ms.

    launch.py PARENT_PID CPU_S MEMORY_BYTES FILE_BYTES NICE PROGRAM ARGUMENTS...
"""

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from typing import Final

PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
PR_SET_NO_NEW_PRIVS: Final = 38
OPEN_FILES: Final = 256  # ffmpeg needs one per rung and a few sockets; more means that it is not doing our work
FIGURES: Final = 5  # before the program
NOT_STARTED: Final = 127  # the shell's code for "command not found"; ffmpeg does not use it


def limit(parent: int, cpu_s: int, memory_bytes: int, file_bytes: int, nice: int) -> None:
    """Set all limits. RLIMIT_NPROC is not one of them: it counts every thread of the user, the parent's too."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # a killed parent must not leave an encoder behind
    if os.getppid() != parent:
        raise OSError("the parent has ended already")
    _prctl(PR_SET_NO_NEW_PRIVS, 1)  # no set-uid program can give back what is taken here
    _rlimit(resource.RLIMIT_CORE, 0)  # a core dump would hold the presigned URL
    _rlimit(resource.RLIMIT_NOFILE, OPEN_FILES)
    _rlimit(resource.RLIMIT_FSIZE, file_bytes)
    _rlimit(resource.RLIMIT_AS, memory_bytes)
    if cpu_s:
        _rlimit(resource.RLIMIT_CPU, cpu_s)
    _stand_back(nice)
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and that would be inherited
        signal.signal(ignored, signal.SIG_DFL)


def _stand_back(nice: int) -> None:
    """Let others go first: those of this session, and where sessions share the processors (sched(7), autogroup), all."""
    os.nice(nice)
    if nice:
        with suppress(OSError), open("/proc/self/autogroup", "w") as group:  # noqa: PTH123  # pathlib takes 5 ms to import
            group.write(str(nice))


def _rlimit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
    grace = 1 if kind == resource.RLIMIT_CPU else 0  # SIGXCPU at the soft limit names the cause; at the hard one SIGKILL
    resource.setrlimit(kind, (soft, soft + grace if hard == resource.RLIM_INFINITY else hard))


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def main(arguments: list[str]) -> None:
    """Limit, then exec; never returns."""
    try:
        figures, program = arguments[:FIGURES], arguments[FIGURES:]
        limit(*map(int, figures))
        # LD_LIBRARY_PATH was for this interpreter (Lambda's needs it), not for the program
        kept = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
        os.execve(program[0], program, kept)  # noqa: S606  # its very purpose: no shell between
    except OSError as error:
        sys.stderr.write(f"cannot start: {error}\n")
        sys.exit(NOT_STARTED)


if __name__ == "__main__":
    main(sys.argv[1:])
