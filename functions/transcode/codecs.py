"""The RFC 6381 name of what an init's decoder configuration describes. PURE.

Read from the bytes that were encoded, never from what was asked for: an encoder may choose another profile or level.
"""

from collections.abc import Callable
from typing import Final

from functions.transcode.boxes import boxes, descend, inner

_VISUAL, _AUDIO = 78, 28  # bytes of VisualSampleEntry and AudioSampleEntry before their boxes: ISO/IEC 14496-12, 12.1.3 and 12.2.3
_DECODER_CONFIG, _DECODER_SPECIFIC = 4, 5  # descriptor tags of ISO/IEC 14496-1, 7.2.2.1


def codecs(init: bytes) -> str:
    """Name the codec of an init's one track. Raises ValueError for one that we do not make."""
    table = descend(init, "moov", "trak", "mdia", "minf", "stbl", "stsd")
    entry = next(boxes(init, table.inside + 8, table.end))
    if entry.kind not in _NAMES:
        raise ValueError(f"no codec string is known for {entry.kind}")
    header, kind, name = _NAMES[entry.kind]
    config = inner(init, entry._replace(inside=entry.inside + header), kind)
    return name(init[config.inside : config.end])


def _avc(config: bytes) -> str:
    """Profile, constraints and level, as they stand (ISO/IEC 14496-15, 5.3.3.1 and annex E.2)."""
    return f"avc1.{config[1:4].hex()}"


def _hevc(config: bytes) -> str:
    """Profile, compatibility flags in reverse order of bits, tier and level, constraints (ISO/IEC 14496-15, 8.3.3.1 and E.3)."""
    space, tier, profile = config[1] >> 6, config[1] >> 5 & 1, config[1] & 31
    flags = int(f"{int.from_bytes(config[2:6]):032b}"[::-1], 2)
    constraints = [f"{byte:X}" for byte in config[6:12].rstrip(b"\0")]
    level = f"{'H' if tier else 'L'}{config[12]}"
    return ".".join(["hvc1", f"{' ABC'[space].strip()}{profile}", f"{flags:X}", level, *constraints])


def _av1(config: bytes) -> str:
    """Profile, level and tier, depth (AV1 Codec ISO Media File Format Binding, 2.3.3 and 5)."""
    profile, level = config[1] >> 5, config[1] & 31
    tier, deep, twelve = config[2] >> 7, config[2] >> 6 & 1, config[2] >> 5 & 1
    return f"av01.{profile}.{level:02}{'H' if tier else 'M'}.{8 + 2 * deep + 2 * (deep & twelve):02}"


def _vp9(config: bytes) -> str:
    """Profile, level, depth (VP Codec ISO Media File Format Binding, 2.2 and 3)."""
    return f"vp09.{config[4]:02}.{config[5]:02}.{config[6] >> 4:02}"


def _opus(_config: bytes) -> str:
    """Opus has no profiles (Encapsulation of Opus in ISOBMFF, 4.3.3)."""
    return "opus"


def _aac(esds: bytes) -> str:
    """Object type and audio object type (ISO/IEC 14496-1, 7.2.6; 14496-3, 1.6.2.1): `mp4a.40.2` is AAC-LC."""
    place = _descriptor(esds, 4)[1] + 3  # ES_ID and flags, of which the muxer sets none
    tag, config = _descriptor(esds, place)
    specific_tag, specific = _descriptor(esds, config + 13)
    if (tag, specific_tag) != (_DECODER_CONFIG, _DECODER_SPECIFIC):
        raise ValueError("the esds has other descriptors than the encoder's muxer writes")
    return f"mp4a.{esds[config]:x}.{esds[specific] >> 3}"


def _descriptor(body: bytes, place: int) -> tuple[int, int]:
    """Give a descriptor's tag and where its content begins; its length takes 1 to 4 bytes, all but the last above 127."""
    content = place + 1
    while body[content] & 0x80:
        content += 1
    return body[place], content + 1


# A sample entry's kind: bytes before its boxes, the box that configures the decoder, and how that is named.
_NAMES: Final[dict[str, tuple[int, str, Callable[[bytes], str]]]] = {
    "avc1": (_VISUAL, "avcC", _avc),
    "hvc1": (_VISUAL, "hvcC", _hevc),
    "av01": (_VISUAL, "av1C", _av1),
    "vp09": (_VISUAL, "vpcC", _vp9),
    "mp4a": (_AUDIO, "esds", _aac),
    "Opus": (_AUDIO, "dOps", _opus),
}
