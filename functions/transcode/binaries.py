"""Where the packaged encoder lies. EFFECT: looks at the installation.

Never ffmpeg from PATH, and never `imageio_ffmpeg.get_ffmpeg_exe()`, which falls back to it: another build gives other bytes.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from functions.common.packages import folder


@dataclass(frozen=True)
class Tools:
    """The encoder, its version, and the certificates by which it trusts an https server.

    `code` names the code that leads it: a few digits of its hash.
    """

    ffmpeg: Path
    version: str
    ca_file: Path
    code: str


def find_tools() -> Tools:
    """Find the ffmpeg of imageio-ffmpeg and the certificates that boto3 uses.

    Raises FileNotFoundError naming what is missing.
    """
    programs, certificates = folder("imageio_ffmpeg") / "binaries", folder("botocore") / "cacert.pem"
    found = sorted(programs.glob("ffmpeg-*-v*"))  # the wheel has one: ffmpeg-linux-x86_64-v9.0.2
    for path in (*found[:1], certificates) if found else (programs / "ffmpeg-*",):
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing; install the requirements again")
    return Tools(ffmpeg=found[0], version=found[0].name.rpartition("-v")[2], ca_file=certificates, code=_code())


def _code() -> str:
    ours = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in ours)).hexdigest()[:8]
