"""Files that a bad disk, a torn tape or a lost packet has hurt: what is whole is shown, what is not is named."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import pytest

from functions.common.errors import Rejected
from tests.frames import numbers
from tests.inputs.engine import PLAYED, Converted, convert
from tests.inputs.sources import INTRA, MJPEG, MPEG2, PCM, SECONDS, VP9, WMV, X265, clip, sound
from tests.media import AAC, X264
from tests.unit.transcode.store import Store

MIDDLE: Final = (0.5, 0.55)


def noise(count: int) -> bytes:
    """What a broken disk gives."""
    return random.Random(1).randbytes(count)  # noqa: S311  # the same in each run


@dataclass(frozen=True)
class Hurt:
    """A source of which a part, in shares of its bytes, was replaced."""

    suffix: str
    make: Callable[[Path], None]
    part: tuple[float, float] = MIDDLE
    fill: Callable[[int], bytes] = noise

    def convert(self, store: Store, folder: Path) -> Converted:
        """Make it, hurt it and convert it. Raises Rejected."""
        source = folder / f"source{self.suffix}"
        self.make(source)
        body = bytearray(source.read_bytes())
        begin, end = (int(share * len(body)) for share in self.part)
        body[begin:end] = self.fill(end - begin)
        source.write_bytes(body)
        return convert(source, store, folder)


FILMS: Final = {
    "mp4": Hurt(".mp4", clip(*X264, *AAC)),
    "mp4-zeros": Hurt(".mp4", clip(*X264, *AAC), fill=bytes),
    "mp4-a-third": Hurt(".mp4", clip(*X264, *AAC), part=(0.4, 0.75)),
    "hevc": Hurt(".mp4", clip(*X265, *AAC)),  # on which ffmpeg's decoder crashes
    "mkv": Hurt(".mkv", clip(*X264, *AAC)),
    "webm": Hurt(".webm", clip(*VP9, "-c:a", "libopus")),
    "webm-zeros": Hurt(".webm", clip(*VP9, "-c:a", "libopus"), fill=bytes),
    "mpegts": Hurt(".ts", clip(*X264, *AAC)),
    "mpegts-zeros": Hurt(".ts", clip(*X264, *AAC), fill=bytes),
    "mpeg2": Hurt(".ts", clip(*MPEG2, "-c:a", "mp2")),
    "wmv": Hurt(".wmv", clip(*WMV)),
    "mxf": Hurt(".mxf", clip(*INTRA, *PCM, "-ar", "48000")),
}
SOUNDS: Final = {
    "mp3": Hurt(".mp3", sound("-c:a", "libmp3lame")),
    "m4a": Hurt(".m4a", sound(*AAC)),
    "flac": Hurt(".flac", sound("-c:a", "flac")),
}


def test_a_film_whose_container_cannot_be_read_on_ends_with_a_word(store: Store, tmp_path: Path) -> None:
    made = Hurt(".ogv", clip("-c:v", "libtheora", "-q:v", "8", "-c:a", "libvorbis")).convert(store, tmp_path)

    assert length(made, made.plan.ladder[0].name) < SECONDS
    assert any("video stream 0: The picture is damaged between second" in line for lines in told(made).values() for line in lines)


def told(made: Converted) -> dict[str, list[str]]:
    """Give what was reported, by unit."""
    return {unit: [f"{said.where}: {said.message}" for said in receipt.problems] for unit, receipt in made.receipts.items()}


def length(made: Converted, rendition: str) -> float:
    """Give the seconds of a rendition."""
    return float(sum(Fraction(segment.duration_s) for part in made.parts(rendition) for segment in part.segments))


@pytest.mark.parametrize("name", FILMS)
def test_a_damaged_middle_is_carried_over_and_reported(name: str, store: Store, tmp_path: Path) -> None:
    made = FILMS[name].convert(store, tmp_path)
    said = told(made)

    assert length(made, made.plan.ladder[0].name) == pytest.approx(SECONDS)
    assert said["v00000"] == []
    assert any("video stream 0: The picture is damaged between second" in line for line in said["v00001"])


@pytest.mark.parametrize("name", SOUNDS)
def test_a_damaged_sound_is_carried_over_and_reported(name: str, store: Store, tmp_path: Path) -> None:
    made = SOUNDS[name].convert(store, tmp_path)

    # of MP3, which has no times of its own, what was hurt is missing
    assert length(made, made.plan.audio[0].name) == pytest.approx(SECONDS, abs=0.06 * SECONDS)
    assert told(made)["a0"] == ["audio stream 0: The sound is damaged; what could be decoded is heard."]


def test_a_lost_second_half_ends_the_video_and_is_reported(store: Store, tmp_path: Path) -> None:
    made = Hurt(".mp4", clip(*X264, *AAC, "-movflags", "+faststart"), part=(0.5, 1.0), fill=bytes).convert(store, tmp_path)

    assert 0.4 * SECONDS < length(made, made.plan.ladder[0].name) < 0.6 * SECONDS
    assert "video stream 0: It ends at second 6; the file says that it lasts 12 s." in problems(made)


LONG: Final = 20
CUT: Final = {
    "mp4": (".mp4", clip(*X264, *AAC, "-movflags", "+faststart", seconds=LONG)),
    "mp4-fragmented": (
        ".mp4",
        clip(*X264, *AAC, "-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-g", "50", seconds=LONG),
    ),
    "mkv": (".mkv", clip(*X264, *AAC, seconds=LONG)),
    "mkv-index-first": (".mkv", clip(*X264, *AAC, "-cues_to_front", "1", seconds=LONG)),
    "flv": (".flv", clip(*X264, *AAC, seconds=LONG)),
    "mxf": (".mxf", clip(*INTRA, *PCM, "-ar", "48000", seconds=LONG)),
    "mxf-groups": (".mxf", clip(*MPEG2, *PCM, "-ar", "48000", seconds=LONG)),
    "mpegts": (".ts", clip(*X264, *AAC, seconds=LONG)),
    "avi": (".avi", clip(*MJPEG, seconds=LONG)),
    "wmv": (".wmv", clip(*WMV, seconds=LONG)),
}
UNTOLD: Final = {"mp4-fragmented", "mpegts", "avi", "wmv"}  # whose length is that of what is there
INDEXED: Final = {"mp4", "mkv-index-first"}
BROKEN: Final = 5  # frames at the cut, of which some are lost and those before them stand instead


@pytest.mark.parametrize("name", CUT)
def test_a_film_that_was_cut_off_ends_there_and_it_is_told_once(name: str, store: Store, tmp_path: Path) -> None:
    suffix, make = CUT[name]
    source = tmp_path / f"source{suffix}"
    make(source)
    body = source.read_bytes()
    source.write_bytes(body[: len(body) * 6 // 10])
    made = convert(source, store, tmp_path)
    seen, heard = (length(made, rendition) for rendition in made.renditions)
    ends = f"video stream 0: It ends at second {int(seen)}; the file says that it lasts {LONG} s."

    assert 0.5 * LONG < seen < 0.7 * LONG
    assert heard == pytest.approx(seen, abs=2)
    shown = numbers(made.playlist(made.plan.ladder[0].name), *PLAYED)
    assert shown[:-BROKEN] == list(range(round(25 * seen) - BROKEN))
    assert [line for line in problems(made) if "ends at" in line] == ([] if name in UNTOLD else [ends])
    assert told(made)["v00000"] == [] or len(made.plan.chunks) == 1
    assert name not in INDEXED or made.read["v00003"] < 1.5 * source.stat().st_size  # once


def test_a_sound_that_was_cut_off_ends_there_and_it_is_told(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "source.mp3"
    sound("-c:a", "libmp3lame")(source)
    body = source.read_bytes()
    source.write_bytes(body[: len(body) // 2])

    assert problems(convert(source, store, tmp_path)) == ["audio stream 0: It ends at second 6; the file says that it lasts 12 s."]


def problems(made: Converted) -> list[str]:
    """Give all that the owner is told."""
    return [f"{said.where}: {said.message}" for said in made.manifest.problems]


def test_a_picture_of_which_nothing_is_left_is_refused_by_its_name(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "source.mp4"
    clip(*X264, *AAC)(source)
    body = source.read_bytes()
    begin, end = body.index(b"mdat") + 4, body.index(b"moov") - 4
    source.write_bytes(body[:begin] + bytes(end - begin) + body[end:])

    with pytest.raises(Rejected, match=r"damaged: Not one frame of stream 0 \(h264\) can be decoded"):
        convert(source, store, tmp_path)
