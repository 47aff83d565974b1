"""Making a bundle: Pagefind reads pages and writes an index in many small files. EFFECT: runs Pagefind."""

import gzip
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import msgspec

from functions.common import process
from functions.common.process import Limits

LIMITS: Final = Limits(wall_s=240, memory_bytes=16_000_000_000, file_bytes=500_000_000)  # address space; Lambda limits the rest
SIGNATURE: Final = b"pagefind_dcd"  # how each of its files begins
LANGUAGE: Final = "unknown"  # one index for all languages, without word stems
WANTED: Final = ("*.json", "*.pf_meta", "wasm.unknown.pagefind", "index/*", "fragment/*")  # the rest is Pagefind's own pages


class BuildFailed(Exception):  # noqa: N818  # names what happened
    """Pagefind did not make a bundle."""


def find_pagefind() -> Path:
    """Find the program in its package. Raises FileNotFoundError."""
    spec = find_spec("pagefind_bin_extended")
    path = Path(spec.origin).parent / "pagefind_extended" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise FileNotFoundError("pagefind_bin_extended is not installed; install the requirements again")
    return path


def build(pages: Mapping[str, bytes]) -> dict[str, bytes]:
    """Index pages by their paths; give the bundle's files. Raises BuildFailed with Pagefind's own words."""
    with process.private_folder() as folder:
        for path, body in pages.items():
            file = folder / "pages" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)
        out = folder / "bundle"
        options = ("--site", str(folder / "pages"), "--output-path", str(out), "--force-language", LANGUAGE, "--silent")
        ended = process.run([str(find_pagefind()), *options], LIMITS, folder)
        if ended.code:
            raise BuildFailed(f"Pagefind ended with {ended.code}: {ended.stderr[-500:]}")
        return dict(_files(out))


def _files(out: Path) -> Iterator[tuple[str, bytes]]:
    for pattern in WANTED:
        for path in sorted(out.glob(pattern)):
            name, body = path.relative_to(out).as_posix(), path.read_bytes()
            yield name, _without_words(body) if name.startswith("fragment/") else body


def _without_words(fragment: bytes) -> bytes:
    """Leave out a page's words, which Pagefind keeps for excerpts: we show captions instead, and each result loads its fragment."""
    told = msgspec.json.decode(gzip.decompress(fragment).removeprefix(SIGNATURE))
    return gzip.compress(SIGNATURE + msgspec.json.encode({**told, "content": ""}), mtime=0)
