"""What each encoder is told, for a rung or for a sound. PURE.

All of them: a segment is a group of pictures that decodes alone, and nothing depends on what lies before or after the chunk.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from functions.common.model import AudioCodec, AudioTrack, Rung, VideoCodec, VideoWork, ratio
from functions.transcode import grid

RATE_HZ: Final = 48_000
# Samples that are cut from the beginning, since what comes out of an encoder is late. AAC's delay is a packet, which is dropped.
# Opus looks some samples ahead, and without an edit list players differ in whether these count: half of them is 3 ms off for both.
_AHEAD: Final = 312
EARLY_SAMPLES: Final[Mapping[AudioCodec, int]] = {"aac": 0, "opus": _AHEAD // 2}

type Options = dict[str, str | int]

COPIED_VIDEO: Final = {
    "c:v": "copy",
    "bsf:v": "filter_units=remove_types=6",  # SEI: a player needs none, and a drone writes there where it is
    "movflags": "+frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets+skip_trailer",
}
COPIED_AUDIO: Final = {"c:a": "copy", "movflags": "+empty_moov+default_base_moof+skip_trailer"}


def options(work: VideoWork, rung: Rung) -> Options:
    """Give the options of one rung's output."""
    frame = 1 / Fraction(work.video.rate)
    return {
        "fps_mode": "passthrough",  # the grid is made already
        "enc_time_base": ratio(frame),  # a tick is a frame
        **_ENCODERS[rung.codec](work, rung),
        "crf": rung.crf,
        "g": work.segment_frames,  # a segment is a group of pictures
        "keyint_min": work.segment_frames,
        "flags:v": "+cgop+bitexact",  # each segment decodes alone; no settings in the picture
        "video_track_timescale": grid.time_scale(work),
        "movflags": "+frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets+skip_trailer",
    }


def sound(track: AudioTrack, samples: int | None) -> Options:
    """Give the options of a sound's output. `samples`: what comes after so many is dropped; None: nothing is."""
    encoder, first = _SOUNDS[track.codec]
    after = "" if samples is None else f"+gte(pts\\,{first + samples})"
    return {
        "c:a": encoder,
        "bsf:a": f"noise=drop=lt(pts\\,{first}){after}",
        "b:a": f"{track.kbit}k",
        "ac": track.channels,  # some players refuse a change of channels between tracks
        "flags:a": "+bitexact",
    }


def _x264(_work: VideoWork, rung: Rung) -> Options:
    return {
        "c:v": "libx264",
        "preset": rung.effort,
        **_capped(rung),
        # vbv-init 0.6: a chunk that begins with a full buffer spends more than its neighbour, a step that is seen.
        # threads 1: the same bytes on every attempt, at no more CPU since the rungs run side by side.
        "x264-params": "vbv-init=0.6:threads=1",
        "profile:v": "high",
        "level:v": rung.level,
        "bf": 3,
        "sc_threshold": 0,  # a keyframe at a scene cut, off the grid, would split a segment
    }


def _x265(_work: VideoWork, rung: Rung) -> Options:
    return {
        "c:v": "libx265",
        "preset": rung.effort,
        **_capped(rung),
        # as x264's; open groups and scene cuts are on unless told otherwise, and it writes its settings and a log
        "x265-params": "vbv-init=0.6:pools=none:frame-threads=1:open-gop=0:scenecut=0:info=0:log-level=error",
        "tag:v": "hvc1",  # parameter sets in the init alone: Safari plays no hev1
    }


def _svt_av1(_work: VideoWork, rung: Rung) -> Options:
    # lp 1: one thread, and less memory; it has no scene cuts of its own, and its groups are closed.
    # lookahead 0: 400 MB less for 2160 lines, for up to a tenth more bytes and a quarter of a point of VMAF more
    ahead = ":lookahead=0" if min(rung.width, rung.height) > _LINES_AHEAD else ""
    return {"c:v": "libsvtav1", "preset": rung.effort, **_capped(rung), "svtav1-params": f"lp=1{ahead}"}


_LINES_AHEAD: Final = 1080  # of pictures of which an encoder holds as many as it likes


def _vpx(_work: VideoWork, rung: Rung) -> Options:
    return {
        "c:v": "libvpx-vp9",
        "deadline": "realtime" if int(rung.effort) > _GOOD else "good",
        "cpu-used": rung.effort,
        "b:v": f"{rung.maxrate_kbit}k",  # beside crf this is a cap
        "threads:v": 1,
        "lag-in-frames": 0 if int(rung.effort) > _GOOD else 25,
    }


_GOOD: Final = 5  # above, libvpx is for live pictures and looks at no frame ahead


def _capped(rung: Rung) -> Options:
    return {"maxrate": f"{rung.maxrate_kbit}k", "bufsize": f"{rung.bufsize_kbit}k"}


_ENCODERS: Final[Mapping[VideoCodec, Callable[[VideoWork, Rung], Options]]] = {
    "h264": _x264,
    "hevc": _x265,
    "av1": _svt_av1,
    "vp9": _vpx,
}


# The encoder, and the time of the first packet that is kept. Of AAC's, which every player has in its LC form, the priming packet is
# dropped: else all is 1024 samples late.
_SOUNDS: Final[Mapping[AudioCodec, tuple[str, int]]] = {"aac": ("aac", 0), "opus": ("libopus", -_AHEAD)}
