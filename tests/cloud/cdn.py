"""8. What CloudFront makes of a preflight, of ranges, of a list that changes each second, and of ETags."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import urllib3

from functions.common import keys
from infra.local.command import LocalError
from tests.benchmarks.figures import Figure
from tests.cloud.lab import Lab, puts
from tests.cloud.purse import CDN_REQUEST, ENCODED_SECOND
from tests.media import clip

CLIP: Final = "blink"
VIEWERS: Final = 20
LOOK_S: Final = 0.2  # between two looks of a viewer
STALE_S: Final = 10
WRITES: Final = 20
ORIGIN: Final = "https://player.example"


def measure(lab: Lab) -> list[Figure]:
    """Read the media as a browser of another site does."""
    media = lab.library.stack.media_url
    if not media.startswith("http"):
        raise LocalError("this stack has no CDN (Cdn=none); deploy one with PARAMETERS=Cdn=cloudfront")
    puts(lab.purse, WRITES, "a document that changes each second")
    lab.purse.pay(ENCODED_SECOND * 10 + VIEWERS * WRITES / LOOK_S * CDN_REQUEST, "a clip of a fifth of a second, and requests")
    video = lab.drop(f"cdn{clip(CLIP).suffix}", clip(CLIP))
    lab.library.settled(video, "ready")
    pool = urllib3.PoolManager(maxsize=VIEWERS)
    address = media + keys.MANIFEST.key(id=video)
    return [*_preflight(pool, address), *_range(pool, address), *_etag(pool, address), *_crowd(lab, pool), *_absent(pool, media)]


def _preflight(pool: urllib3.PoolManager, address: str) -> list[Figure]:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "range"}
    answer = pool.request("OPTIONS", address, headers=asked)
    allowed = answer.status == 200 and answer.headers.get("Access-Control-Allow-Origin") in {"*", ORIGIN}
    plain = pool.request("GET", address, headers={"Origin": ORIGIN})
    return [
        Figure("preflight", float(allowed), f"1 where a preflight for Range is answered ({answer.status})"),
        Figure(
            "cors",
            float(plain.headers.get("Access-Control-Allow-Origin") in {"*", ORIGIN}),
            "1 where a plain answer may be read by another site",
        ),
    ]


def _range(pool: urllib3.PoolManager, address: str) -> list[Figure]:
    answer = pool.request("GET", address, headers={"Range": "bytes=10-19", "Origin": ORIGIN})
    return [
        Figure(
            "range", float(answer.status == 206 and len(answer.data) == 10), f"1 where ten bytes are ten bytes ({answer.status})"
        )
    ]


def _etag(pool: urllib3.PoolManager, address: str) -> list[Figure]:
    first = pool.request("GET", address, headers={"Accept-Encoding": "br, gzip"}, decode_content=False)
    etag = first.headers.get("ETag", "")
    again = pool.request("GET", address, headers={"Accept-Encoding": "br, gzip", "If-None-Match": etag})
    return [
        Figure(
            "etag_weak",
            float(etag.startswith("W/")),
            f"1 where a compressed answer's ETag is weak ({first.headers.get('Content-Encoding')})",
        ),
        Figure("etag_304", float(again.status == 304), "1 where it is taken back as it was given"),
    ]


def _crowd(lab: Lab, pool: urllib3.PoolManager) -> list[Figure]:
    """Write a number each second while a crowd reads; give how old what they read is at most."""
    key, stack = f"v/probe-{lab.library.shelf}.json", lab.library.stack
    lab.after.callback(lab.s3.delete_object, Bucket=stack.media_bucket, Key=key)
    written, ended = list[float](), threading.Event()

    def write() -> None:
        lab.s3.put_object(Bucket=stack.media_bucket, Key=key, Body=str(len(written)).encode(), CacheControl="public, max-age=1")
        written.append(time.monotonic())

    def look() -> float:
        asked = time.monotonic()
        number = int(pool.request("GET", stack.media_url + key).data)
        newest = sum(at < asked for at in tuple(written)) - 1
        return asked - written[number + 1] if number < newest else 0.0

    def watch(_: int) -> float:
        worst = 0.0
        while not ended.wait(LOOK_S):
            worst = max(worst, look())
        return worst

    write()
    with ThreadPoolExecutor(VIEWERS) as crowd:
        seen = crowd.map(watch, range(VIEWERS))
        for _ in range(WRITES):
            time.sleep(1)
            write()
        ended.set()
        stale = max(seen)
    return [Figure("list_stale_s", stale, f"s that a list of max-age=1 was out of date at most, {VIEWERS} viewers", most=STALE_S)]


def _absent(pool: urllib3.PoolManager, media: str) -> list[Figure]:
    answer = pool.request("GET", f"{media}v/{'a' * 16}/manifest.json")
    listed = pool.request("GET", media)
    return [
        Figure("absent_status", answer.status, "what a missing object is answered with"),
        Figure("root_lists", float(b"<Contents>" in listed.data), "1 where the root shows the bucket", most=0),
    ]
