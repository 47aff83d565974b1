"""The same ladder by one plain ffmpeg, as HLS."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from functions.common.model import Plan, Rung
from functions.transcode.binaries import find_tools


def plain(film: Path, plan: Plan, threads: str, seconds: float | None = None) -> list[str]:
    """Write the command of one ffmpeg as anybody would, with our settings of x264 but perhaps its number of threads."""
    return [str(find_tools().ffmpeg), *_arguments(film, plan, threads, seconds)]


def _arguments(film: Path, plan: Plan, threads: str, seconds: float | None) -> Iterator[str]:
    names = [f"v{place}" for place in range(len(plan.ladder))]
    scaled = (f"[in{n}]scale={rung.width}:{rung.height}:flags=bicubic[{n}]" for n, rung in zip(names, plan.ladder, strict=True))
    split = f"[0:v]split={len(names)}{''.join(f'[in{name}]' for name in names)}"
    yield from ("-v", "error", "-nostdin", "-y", *(("-t", str(seconds)) if seconds else ()), "-i", str(film))
    yield from ("-filter_complex", ";".join((split, *scaled)))
    for name, rung in zip(names, plan.ladder, strict=True):
        yield from ("-map", f"[{name}]", *x264(rung, plan.segment_frames, threads), *_hls(name))
    yield from ("-map", "0:a", "-c:a", "aac", "-b:a", "128k", *_hls("sound"))


def x264(rung: Rung, group: int, threads: str) -> Sequence[str]:
    """Write our settings of x264 for a rung, but perhaps its number of threads."""
    return (
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", str(rung.crf), "-profile:v", "high", "-bf", "3"),
        *("-maxrate", f"{rung.maxrate_kbit}k", "-bufsize", f"{rung.bufsize_kbit}k", "-x264-params", f"threads={threads}"),
        *("-g", str(group), "-keyint_min", str(group), "-sc_threshold", "0", "-pix_fmt", "yuv420p"),
    )


def _hls(name: str) -> Sequence[str]:
    return ("-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4",
            "-hls_fmp4_init_filename", f"{name}.mp4", f"{name}.m3u8")  # fmt: skip
