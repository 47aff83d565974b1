"""Limit this process, then become the program named on the command line. EFFECT.

Run as a script by `process.run`, never imported: what a `preexec_fn` would do between fork and exec is unsafe where the
parent has threads (Python, subprocess, "preexec_fn"), and the heartbeat is one. It costs about 20 ms.

    launch.py PARENT_PID CPU_S MEMORY_BYTES FILE_BYTES NICE PROGRAM ARGUMENTS...
"""

import ctypes
import errno
import os
import resource
import signal
import struct
import sys
from contextlib import suppress
from typing import Final

PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
PR_SET_SECCOMP: Final = 22
PR_SET_NO_NEW_PRIVS: Final = 38
OPEN_FILES: Final = 256  # ffmpeg needs one per rung and a few sockets; more means that it is not doing our work
FIGURES: Final = 5  # before the program
# A filter of system calls (seccomp(2), linux/filter.h): what is loaded, compared and answered.
SECCOMP_MODE_FILTER: Final = 2
LOAD, IS, HAS, FROM, ANSWER = 0x20, 0x15, 0x45, 0x35, 0x06  # BPF_LD|W|ABS, JMP|JEQ|K, JMP|JSET|K, JMP|JGE|K, RET|K
NUMBER_AT, MACHINE_AT, FIRST_ARGUMENT_AT = 0, 4, 16  # in struct seccomp_data
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000  # SECCOMP_RET_ALLOW, _ERRNO, _KILL_PROCESS
CLONE_THREAD: Final = 0x10000
X32: Final = 0x40000000  # the same calls by other numbers
# AUDIT_ARCH_*, and the numbers of clone, clone3, and what else begins a process (asm/unistd.h)
MACHINES: Final = {"x86_64": (0xC000003E, 56, 435, (57, 58)), "aarch64": (0xC00000B7, 220, 435, ())}
NOT_STARTED: Final = 127  # the shell's code for "command not found"; ffmpeg does not use it


def limit(parent: int, cpu_s: int, memory_bytes: int, file_bytes: int, nice: int) -> None:
    """Set all limits. RLIMIT_NPROC is not one of them: it counts every thread of the user, the parent's too, and binds no root."""
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
    _stay_alone()
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and that would be inherited
        signal.signal(ignored, signal.SIG_DFL)


def _stay_alone() -> None:
    """Let this process begin threads, and no other process: what could leave the group would not be killed with it.

    clone3 hides its flags from a filter; told that there is none, the C library takes clone. Without filters the group remains.
    """
    if os.uname().machine not in MACHINES:
        return
    machine, clone, clone3, forks = MACHINES[os.uname().machine]
    refusals = [step for number in forks for step in ((IS, 0, 1, number), (ANSWER, 0, 0, REFUSE | errno.EPERM))]
    steps = [
        (LOAD, 0, 0, MACHINE_AT),
        (IS, 1, 0, machine),
        (ANSWER, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER_AT),
        (FROM, 0, 1, X32),
        (ANSWER, 0, 0, KILL),
        *refusals,
        (IS, 0, 1, clone3),
        (ANSWER, 0, 0, REFUSE | errno.ENOSYS),
        (IS, 0, 3, clone),
        (LOAD, 0, 0, FIRST_ARGUMENT_AT),
        (HAS, 1, 0, CLONE_THREAD),
        (ANSWER, 0, 0, REFUSE | errno.EPERM),
        (ANSWER, 0, 0, ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))  # struct sock_filter
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code)))  # struct sock_fprog
    with suppress(OSError):
        _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(program))


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


def _prctl(option: int, value: int, pointer: int = 0) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, ctypes.c_void_p(pointer), 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def main(arguments: list[str]) -> None:
    """Limit, then exec; never returns."""
    try:
        figures, program = arguments[:FIGURES], arguments[FIGURES:]
        limit(*map(int, figures))
        # LD_LIBRARY_PATH is for this interpreter (Lambda's needs it), not for another program
        kept = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH" or program[0] == sys.executable}
        os.execve(program[0], program, kept)  # noqa: S606  # its very purpose: no shell between
    except OSError as error:
        sys.stderr.write(f"cannot start: {error}\n")
        sys.exit(NOT_STARTED)


if __name__ == "__main__":
    main(sys.argv[1:])
