"""How near an encoded picture is to its source, by VMAF."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from functions.transcode.binaries import find_tools


def scores(inputs: Sequence[str], graph: str) -> list[float]:
    """Judge each frame, 0 to 100. `graph` ends with the labels of the made picture and of its source."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "vmaf.json"
        whole = f"{graph}libvmaf=log_fmt=json:log_path={log}:n_threads=2"
        argv = [str(find_tools().ffmpeg), "-v", "error", "-nostdin", *inputs, "-filter_complex", whole, "-f", "null", "-"]
        subprocess.run(argv, check=True, cwd=folder)
        return [frame["metrics"]["vmaf"] for frame in json.loads(log.read_text())["frames"]]
