"""Looking into a source: ffprobe, then the strict decode of its first frame. EFFECT: runs both on a URL.

Three things hold for each run: the demuxer is pinned with `-f`, the protocols are whitelisted, sizes are capped. A verdict on the
input is `Rejected`; whatever may be the network's or the store's fault is `Unavailable`, and the queue brings the message back.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Final

from functions.common import network
from functions.common.errors import Rejected, Unavailable
from functions.common.process import Finished, Limits, OutOfCpu, TimedOut, TooMuchOutput, run
from functions.common.settings import IngestSettings
from functions.ingest import clock, ends
from functions.ingest.accept import HEAD_BYTES, Demuxer, accept
from functions.ingest.binaries import Tools
from functions.ingest.facts import (
    DECODED_LATER,
    ENTRIES,
    Described,
    Facts,
    Shown,
    check_length,
    read_description,
    read_facts,
    with_first_frame,
)

LIMITS: Final = Limits(
    wall_s=50,  # two runs fit into the function's 120 s
    cpu_s=30,  # a header takes 0.1 s, a first frame of 8192 x 4320 about 1 s
    memory_bytes=1_300_000_000,  # of the function's 1,769 MB
    file_bytes=0,  # neither writes a file
)
_AT_ONCE: Final = 16  # requests
_SIGKILL: Final = -9  # by the kernel that is out of memory, or by an operator; never the input's own doing


@dataclass(frozen=True)
class Source:
    """A source that can be read by URL. `size` in bytes; `read(at, length)` gives some of them."""

    url: str
    size: int
    read: Callable[[int, int], bytes]

    @cached_property
    def head(self) -> bytes:
        """Its first bytes, which tell what it is."""
        return self.read(0, min(HEAD_BYTES, self.size)) if self.size else b""

    @cached_property
    def tail(self) -> bytes:
        """Its last bytes, which tell whether it is whole."""
        length = min(ends.TAIL_BYTES, self.size)
        return self.read(self.size - length, length)


def probe(tools: Tools, source: Source, settings: IngestSettings, folder: Path) -> Facts:
    """Say what is in a video or a sound. Raises Rejected, or Unavailable when the source could not be read."""
    demuxer = accept(source.head, source.size, settings.max_source_bytes)
    if demuxer in clock.CLOCKS:
        _check_clock(source, demuxer)
    look = Look(tools, source.url, demuxer, folder)
    facts = read_facts(demuxer, look.describe())
    if ends.unwritten(demuxer, source.head):
        facts = replace(facts, duration_s=None)
    check_length(facts, settings.max_source_s)
    facts = look.decode(facts)
    cut_off = demuxer in ends.CUT_OFF and ends.CUT_OFF[demuxer](source.tail)
    if facts.duration_s is None or cut_off:
        facts = replace(facts, duration_s=look.measure(facts), told_s=facts.duration_s, indexed=False)
        check_length(facts, settings.max_source_s)
    return replace(facts, size=source.size)


def _check_clock(source: Source, demuxer: Demuxer) -> None:
    places, read = clock.places(source.size), clock.CLOCKS[demuxer]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        clocks = pool.map(lambda at: read(source.read(at, min(clock.PIECE_BYTES, source.size - at))), places)
        anew = clock.starts_anew(zip(places, clocks, strict=True))
    if anew is not None:
        share = anew / source.size
        raise Rejected("clock_starts_anew", f"The clock of the recording starts anew at about {share:.0%} of the file.")


@dataclass(frozen=True)
class Look:
    """One look into a source by both programs."""

    tools: Tools
    url: str
    demuxer: Demuxer
    folder: Path
    limits: Limits = LIMITS

    def describe(self) -> Described:
        """Ask ffprobe. Raises Rejected, or Unavailable when the source could not be read."""
        done = self._run([str(self.tools.ffprobe), *self._reading(), "-show_entries", ENTRIES, "-of", "json", self.url])
        if done.code == 0:
            return read_description(done.stdout)
        if "max_streams" in done.stderr:
            raise Rejected("too_many_streams", f"The file has more than {network.MAX_STREAMS} streams.")
        raise Rejected("damaged", "The file's index or header is missing or broken.")

    def decode(self, facts: Facts) -> Facts:
        """Decode the first frame, which proves more than a probe does and tells the true origin. Raises as `describe`."""
        kind, stream, codec = _leading(facts)
        if codec in DECODED_LATER:
            return facts
        argv = [
            *(str(self.tools.ffmpeg), "-nostdin", "-copyts", "-threads", "1"),  # threads would only take memory
            *(*self._reading(), "-max_pixels", str(network.MAX_PIXELS), "-i", self.url),
            *("-map", f"0:{stream}", f"-frames:{kind}", "1"),
            *("-fps_mode", "passthrough", "-enc_time_base", "demux", "-f", "framemd5", "-"),  # time stamps as they are
        ]
        done = self._run(argv)
        if "no decoder found" in done.stderr or "Decoder not found" in done.stderr:
            raise Rejected("unsupported_codec", f"The codec {codec} of stream {stream} cannot be decoded.")
        found = with_first_frame(facts, done.stdout) if done.code == 0 else None
        if found is None:
            raise Rejected("damaged", f"Not one frame of stream {stream} ({codec}) can be decoded.")
        return found

    def measure(self, facts: Facts) -> Fraction | None:
        """Read the leading stream to its end, to find out how long it is: a recording that was written as it came does not say.

        None where there is not one packet. Raises Rejected (`unknown_length`) where that takes too long, else as `describe`.
        """
        _, stream, _ = _leading(facts)
        shown = Shown()
        argv = [
            *(str(self.tools.ffmpeg), "-nostdin", "-copyts", *self._reading(), "-i", self.url),
            *("-map", f"0:{stream}", "-c", "copy", "-f", "framecrc", "-"),
        ]
        try:
            self._run(argv, replace(self.limits, cpu_s=None), shown.hear)
        except TimedOut as error:
            told = f"The file does not truly say how long it is, and could not be read to its end in {self.limits.wall_s:g} s."
            raise Rejected("unknown_length", told) from error
        return shown.end_s - facts.origin_s if shown.end_s > facts.origin_s else None

    def _reading(self) -> list[str]:
        """Give the options of an input, before its URL."""
        way = network.options(self.url, str(self.tools.ca_file))
        return [
            *("-v", "warning", "-hide_banner"),  # warning: the level at which the network's faults are told
            *("-protocol_whitelist", network.PROTOCOLS),
            *(word for name, value in way.items() for word in (f"-{name}", str(value))),
            *("-f", self.demuxer),
            *("-max_streams", str(network.MAX_STREAMS)),
            *("-probesize", "5000000", "-analyzeduration", "5000000"),  # bytes, µs: what a transport stream needs
        ]

    def _run(self, argv: list[str], limits: Limits | None = None, on_line: Callable[[bytes], None] | None = None) -> Finished:
        try:
            done = run(argv, limits or self.limits, self.folder, on_line=on_line)
        except OutOfCpu as error:
            raise Rejected("damaged", f"Reading the file's header took more than {self.limits.cpu_s} s of computing.") from error
        except TooMuchOutput as error:
            raise Rejected("damaged", "The file's description of itself is too long.") from error
        if done.code == _SIGKILL:
            raise Unavailable("the probe was killed from outside")
        if complaint := network.unread(done.stderr):
            raise Unavailable(f"the source could not be read: {complaint}")
        if done.code < 0:
            raise Rejected("damaged", f"The file makes the decoder crash (signal {-done.code}).")
        return done


def _leading(facts: Facts) -> tuple[str, int, str]:
    """Give kind, number and codec of the stream whose first frame is output time 0."""
    stream = facts.picture or facts.sounds[0]
    return ("v" if facts.picture else "a"), stream.stream, stream.codec
