"""How ffmpeg reads a source from a store, and what its words say of the way there. PURE.

ffmpeg ends with 0 when a source breaks off, and takes the half for the whole: its words are the only sign of it.
"""

import re
from collections.abc import Mapping
from typing import Final

PROTOCOLS: Final = "http,https,tcp,tls"
MAX_STREAMS: Final = 32
MAX_PIXELS: Final = 8192 * 4320  # a frame of it takes 53 MB; above, a bomb is likelier than a film
_LONGEST_WAIT_S: Final = 3  # ffmpeg waits 0, 1, 3, 7 s and so on
_PATIENCE: Final[Mapping[str, str | int]] = {
    "rw_timeout": 20_000_000,  # µs: a silent store ends the read
    "reconnect": 1,  # a cut connection is taken up where it broke
    "reconnect_on_network_error": 1,
    "reconnect_on_http_error": "5xx",  # 503 Slow Down is S3's way of asking to wait
    "reconnect_delay_max": _LONGEST_WAIT_S,  # s; then the queue tries again
}
# A line of the network's own, at the level "warning". 416 is not one: a broken index makes ffmpeg ask for bytes after the end.
_COMPLAINT: Final = re.compile(r"^\[(?:https?|tcp|tls) @ [^\]]*\] (?!HTTP error 416)(.*)", re.MULTILINE)
_AGAIN: Final = re.compile(r"Will reconnect at \d+ in (\d+) second")


def options(url: str, ca_file: str) -> dict[str, str | int]:
    """Give the options of an input that is read from a store, by the certificates in a file; none for a file."""
    # ffmpeg does not verify a server unless told to, and knows no certificates of its own
    trust: dict[str, str | int] = {"tls_verify": 1, "ca_file": ca_file} if url.startswith("https:") else {}
    return {**_PATIENCE, **trust} if url.startswith("http") else {}


def unread(words: str) -> str | None:
    """Give the network's last complaint; None when there is none, or when every one was followed by a reconnection that held.

    The reconnection after the longest wait counts as one that did not: when it fails, ffmpeg may say no more.
    """
    complaints = _COMPLAINT.findall(words)
    waits = [int(found[1]) if (found := _AGAIN.match(complaint)) else None for complaint in complaints]
    held = not waits or (waits[-1] is not None and _LONGEST_WAIT_S not in waits)
    return None if held else complaints[-1]
