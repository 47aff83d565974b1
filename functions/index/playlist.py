"""HLS playlists (RFC 8216) from receipts. PURE.

A media playlist is an EVENT list that only grows; its last change is the ENDLIST tag, which comes when its own units are all done,
never because something failed.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import ceil
from posixpath import relpath
from types import MappingProxyType
from typing import Final

from functions.common.model import STEREO, AudioTrack, Plan, Rung, Sprite, TrackPart

VERSION: Final = 7  # EXT-X-MAP in a list of ordinary segments needs 6; 7 is what Apple asks for fMP4


def media_playlist(key: str, parts: Sequence[TrackPart], target: Fraction, *, complete: bool) -> bytes:
    """Write the list of one rendition from the parts of its finished units, in order. `target`: longest segment in seconds."""
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSION}",
        f"#EXT-X-TARGETDURATION:{ceil(target)}",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-START:TIME-OFFSET=0,PRECISE=YES",  # a growing list would be joined near its end
        "#EXT-X-MEDIA-SEQUENCE:0",
    ]
    folder = key.rpartition("/")[0]
    init = None
    for part in parts:
        if part.init != init:
            init = part.init
            lines.append(f'#EXT-X-MAP:URI="{relpath(init, folder)}"')
        lines.extend(_segment_lines(part, folder))
    if complete:
        lines.append("#EXT-X-ENDLIST")
    return _text(lines)


def _segment_lines(part: TrackPart, folder: str) -> Iterable[str]:
    offset = 0
    for segment in part.segments:
        yield f"#EXTINF:{float(Fraction(segment.duration_s)):.6f},"
        yield f"#EXT-X-BYTERANGE:{segment.length}@{offset}"
        yield relpath(part.object, folder)
        offset += segment.length


def multivariant_playlist(
    plan: Plan,
    video: Mapping[str, list[TrackPart]],
    audio: Mapping[str, list[TrackPart]],
    preview: Mapping[str, list[TrackPart]] = MappingProxyType({}),
) -> bytes:
    """Write the list of renditions, the cheapest first, since a player without an estimate begins with the first.

    `video` and `audio` map a rendition's name to the parts that are in its media playlist; they are empty while only the preview
    can be played. `preview`: as they, the picture, and perhaps the sound, of what plays until the ladder is complete.
    """
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines.extend(_audio_lines(plan) if plan.video and audio else ())
    loudest = max((bandwidth(parts) for parts in audio.values()), default=(0, 0))
    sounds = dict.fromkeys(parts[0].codecs for parts in audio.values() if parts)
    for rung in sorted(plan.ladder, key=lambda rung: (rung.height, rung.maxrate_kbit)):
        if rung.name in video:
            lines.extend(_variant_lines(plan, rung, video[rung.name], loudest, [*sounds]))
    if not plan.video:
        lines.extend(_audio_only_lines(plan.audio[0], audio[plan.audio[0].name]))
    if preview:
        lines.extend(_preview_lines(plan, preview))
    return _text(lines)


def _preview_lines(plan: Plan, preview: Mapping[str, list[TrackPart]]) -> Iterable[str]:
    """Write the source's own picture, with its own sound."""
    if plan.video is None:
        raise ValueError("a plan with a preview has a picture")
    picture, *sounds = preview
    for sound in sounds:
        name, uri = next(track.language for track in plan.audio if track.default), f"{sound}/list.m3u8"
        yield f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="copy",NAME="{name}",DEFAULT=YES,AUTOSELECT=YES,URI="{uri}"'
    rates = [bandwidth(parts) for parts in preview.values()]
    codecs = ",".join(parts[0].codecs for parts in preview.values())
    yield (
        f"#EXT-X-STREAM-INF:BANDWIDTH={sum(peak for peak, _ in rates)},AVERAGE-BANDWIDTH={sum(mean for _, mean in rates)},"
        f'CODECS="{codecs}",RESOLUTION={plan.video.width}x{plan.video.height},'
        f"FRAME-RATE={float(Fraction(plan.video.rate)):.3f},VIDEO-RANGE=SDR" + (',AUDIO="copy"' if sounds else "")
    )
    yield f"{picture}/list.m3u8"


def _audio_lines(plan: Plan) -> Iterable[str]:
    """Write a line for each sound. Names in a group are unique (RFC 8216 section 4.3.4.1.1): they tell channels, then a number."""
    names: list[str] = []
    for track in plan.audio:
        chosen = "YES" if track.default else "NO"
        base = quoted(track.title or track.language) + (f" {track.channels - 1}.1" if track.channels > STEREO else "")
        names.append(base)
        name = base if names.count(base) == 1 else f"{base} ({names.count(base)})"
        yield (
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="{name}",LANGUAGE="{track.language}",'
            f'DEFAULT={chosen},AUTOSELECT=YES,CHANNELS="{track.channels}",URI="{track.name}/list.m3u8"'
        )


def _variant_lines(plan: Plan, rung: Rung, parts: list[TrackPart], loudest: tuple[int, int], sounds: list[str]) -> tuple[str, str]:
    if plan.video is None:
        raise ValueError("a plan with rungs has a picture")
    peak, mean = bandwidth(parts)
    codecs = ",".join((parts[0].codecs, *sounds))  # of all renditions (RFC 8216 section 4.3.4.2)
    attributes = (
        f"BANDWIDTH={peak + loudest[0]},AVERAGE-BANDWIDTH={mean + loudest[1]},"
        f'CODECS="{codecs}",RESOLUTION={rung.width}x{rung.height},'
        f"FRAME-RATE={float(Fraction(plan.video.rate)):.3f},VIDEO-RANGE={rung.transfer.upper()}"
    )
    group = ',AUDIO="audio"' if plan.audio else ""
    return f"#EXT-X-STREAM-INF:{attributes}{group}", f"{rung.name}/list.m3u8"


def _audio_only_lines(track: AudioTrack, parts: list[TrackPart]) -> tuple[str, str]:
    peak, mean = bandwidth(parts)
    attributes = f'BANDWIDTH={peak},AVERAGE-BANDWIDTH={mean},CODECS="{parts[0].codecs}"'
    return f"#EXT-X-STREAM-INF:{attributes}", f"{track.name}/list.m3u8"


def bandwidth(parts: Iterable[TrackPart]) -> tuple[int, int]:
    """Give the peak and the mean in bit/s.

    A segment shorter than half of the longest is no peak: RFC 8216 section 4.1 measures over 0.5 to 1.5 target durations.
    """
    segments = [segment for part in parts for segment in part.segments]
    if not segments:
        return 0, 0
    lengths = [Fraction(segment.duration_s) for segment in segments]
    rates = [8 * segment.length / length for segment, length in zip(segments, lengths, strict=True)]
    mean = 8 * sum(segment.length for segment in segments) / sum(lengths)
    peak = max(rate for rate, length in zip(rates, lengths, strict=True) if 2 * length >= max(lengths))
    return ceil(max(peak, mean)), ceil(mean)


def storyboard(sprites: Iterable[Sprite], key: str) -> bytes:
    """Write the seek bar's thumbnails: a WebVTT cue for each tile, with a spatial media fragment."""
    folder = key.rpartition("/")[0]
    cues = [cue for sprite in sprites for cue in _cues(sprite, relpath(sprite.object, folder))]
    return _text(["WEBVTT", "", *cues])


def _cues(sprite: Sprite, name: str) -> Iterable[str]:
    for tile in range(sprite.count):
        begin = sprite.begin_s + tile * sprite.every_s
        x = tile % sprite.columns * sprite.tile_width
        y = tile // sprite.columns * sprite.tile_height
        yield f"{_clock(begin)} --> {_clock(begin + sprite.every_s)}"
        yield f"{name}#xywh={x},{y},{sprite.tile_width},{sprite.tile_height}"
        yield ""


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02}.{whole % 1000:03}"


def quoted(text: str) -> str:
    """Make text fit for a quoted string of a playlist, which may hold no quote and no line end (RFC 8216 section 4.2)."""
    return "".join("'" if character == '"' else character for character in text if character.isprintable())


def _text(lines: Iterable[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
