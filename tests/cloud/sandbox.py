"""5. Whether what keeps a stranger's file apart is accepted in Lambda: PR_SET_DUMPABLE, no_new_privs, limits, environment."""

from typing import Final

from tests.benchmarks.figures import Figure
from tests.cloud.lab import Lab

EACCES: Final = 13


def measure(lab: Lab) -> list[Figure]:
    """Let a probe with transcode's role harden itself and start a child as transcode starts ffmpeg."""
    said = lab.probe(lab.role_of("transcode")).ask(act="sandbox")
    seen, new, files, memory, secrets, user = map(int, said["child"])
    print(f"kernel {said['kernel']}, user {user}; the child said: {said['error'] or 'nothing'}")
    return [
        Figure(
            "parent_environment_read", float(seen != EACCES), f"1 where the child read its parent's environment ({seen}); root may"
        ),
        Figure("no_new_privs", float(new), "1 where the child can gain no rights"),
        Figure("open_files", float(files), "that the child may have", most=256),
        Figure("memory_bytes", float(memory), "address space of the child", most=1 << 30),
        Figure("aws_variables", float(secrets), "of the parent's credentials in the child's environment", most=0),
    ]
