"""The cutter on what it must not take. What it makes of real chunks is in test_video.py and test_sound.py."""

from fractions import Fraction
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.transcode.binaries import find_tools
from functions.transcode.boxes import boxes
from functions.transcode.codecs import codecs
from functions.transcode.segments import cut
from tests.unit.transcode import fragments as read


def box(kind: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return pack(">I4s", 8 + len(body), kind) + body


def moov(entry: bytes = box(b"avc1", bytes(78), box(b"avcC", b"\x01\x64\x00\x28"))) -> bytes:  # bytes do not change
    stsd = box(b"stsd", bytes(8), entry)
    mdhd = box(b"mdhd", bytes(12), pack(">I", 1000), bytes(8))
    return box(b"moov", box(b"trak", box(b"mdia", mdhd, box(b"minf", box(b"stbl", stsd)))))


def moof(tfdt: bytes = pack(">IQ", 1 << 24, 0), tfhd: bytes = pack(">III", 0x8, 1, 40), trun: bytes = pack(">II", 0, 25)) -> bytes:
    return box(b"moof", box(b"mfhd", bytes(8)), box(b"traf", box(b"tfhd", tfhd), box(b"tfdt", tfdt), box(b"trun", trun)))


def file(*fragments: bytes) -> bytes:
    return box(b"ftyp", b"iso6") + moov() + b"".join(fragments)


SECOND = Fraction(1)


def test_a_fragment_is_moved_and_measured() -> None:
    made = cut(file(moof(), box(b"mdat", b"x")), 3 * SECOND, SECOND)
    assert (made.samples, made.segments[0].duration_s, pack(">Q", 3000) in made.body) == (25, "1/1", True)


def test_the_reorder_delay_is_taken_out_of_every_fragment_of_a_chunk() -> None:
    """With negative_cts_offsets ffmpeg 9 leaves none; without that flag pictures would be late by it."""
    offsets = [pack(">IIiii", 0x800, 3, *each) for each in ((80, 200, 0), (80, 120, 40))]
    fragments = [part for n, run in enumerate(offsets) for part in (moof(pack(">IQ", 1 << 24, n * 120), trun=run), box(b"mdat"))]
    body = cut(file(*fragments), 0 * SECOND, SECOND).body
    shown = [shown for found, _ in read.fragments(body) for _, shown in read.samples(found)]
    assert shown == [0, 160, 0, 120, 200, 160]


def test_fragments_of_one_segment_are_one() -> None:
    fragments = [part for n in range(4) for part in (moof(tfdt=pack(">IQ", 1 << 24, n * 1000)), box(b"mdat"))]
    assert [segment.duration_s for segment in cut(file(*fragments), 4 * SECOND, 2 * SECOND).segments] == ["2/1", "2/1"]


def test_boxes_that_players_do_not_need_are_left_out() -> None:
    made = cut(file(box(b"styp", b"msdh"), box(b"sidx"), moof(), box(b"mdat", b"x"), box(b"mfra")), 0 * SECOND, SECOND)
    assert [found.kind for found in boxes(made.init + made.body)] == ["ftyp", "moov", "moof", "mdat"]


def test_a_file_without_fragments_has_no_segments() -> None:
    made = cut(file(), 0 * SECOND, SECOND)
    assert (made.segments, made.samples, made.body) == ((), 0, b"")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no moov"),
        (b"abc", "are no box"),
        (pack(">I4s", 4, b"moov"), "does not fit"),
        (pack(">I4s", 99, b"moov"), "does not fit"),
        (file(moof(tfdt=pack(">II", 0, 0)), box(b"mdat")), "no whole number of ticks"),
        (file(moof(tfhd=pack(">II", 0, 1)), box(b"mdat")), "without a duration"),
        (file(moof()), "shorter"),
    ],
)
def test_what_the_encoder_would_not_write_is_an_error(body: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        cut(body, 0 * SECOND, SECOND)


def test_a_beginning_between_two_ticks_is_an_error() -> None:
    with pytest.raises(ValueError, match="no whole number of ticks"):
        cut(file(moof(), box(b"mdat")), Fraction(1, 3), SECOND)


def test_a_size_of_64_bits_is_understood() -> None:
    assert [(found.kind, found.end) for found in boxes(pack(">I4sQ", 1, b"mdat", 20) + b"data")] == [("mdat", 20)]


@pytest.mark.parametrize("head", [b"\0\0\0\1mda", b"\0\0\0\1mdat\0\0\0", b"\0\0\0\7mdat", b"\0\0\0\x09mdat"])
def test_a_box_that_is_cut_off_is_refused(head: bytes) -> None:
    with pytest.raises(ValueError, match=r"no box|does not fit"):
        list(boxes(pack(">I4s", 8, b"free") + head))


def test_the_codec_string_is_profile_constraints_and_level() -> None:
    assert codecs(moov()) == "avc1.640028"


def test_a_codec_that_is_not_made_here_has_no_string() -> None:
    with pytest.raises(ValueError, match="mp4v"):
        codecs(moov(box(b"mp4v", bytes(78))))


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (box(b"hvc1", bytes(78), box(b"hvcC", bytes.fromhex("01 01 60000000 90 0000000000 7b"))), "hvc1.1.6.L123.90"),
        (box(b"hvc1", bytes(78), box(b"hvcC", bytes.fromhex("01 22 20000000 b0 0000000000 99"))), "hvc1.2.4.H153.B0"),
        (box(b"av01", bytes(78), box(b"av1C", bytes.fromhex("81 08 0c 00"))), "av01.0.08M.08"),
        (box(b"av01", bytes(78), box(b"av1C", bytes.fromhex("81 0d cc 00"))), "av01.0.13H.10"),
        (box(b"vp09", bytes(78), box(b"vpcC", bytes.fromhex("01000000 00 1f 82 02 02 02 0000"))), "vp09.00.31.08"),
        (box(b"Opus", bytes(28), box(b"dOps", bytes(11))), "opus"),
    ],
)
def test_the_codec_string_is_read_from_the_decoders_configuration(entry: bytes, name: str) -> None:
    """Strings as in the standards' own examples, or as browsers' documentation has them."""
    assert codecs(moov(entry)) == name


@given(st.binary(max_size=64))
def test_any_bytes_are_walked_or_refused(body: bytes) -> None:
    try:
        assert sum(found.end - found.start for found in boxes(body)) == len(body)
    except ValueError as refused:
        assert "box" in str(refused)  # noqa: PT017  # either is right


def test_the_packaged_encoder_is_found_with_its_version() -> None:
    assert find_tools().ffmpeg.name.endswith(f"-v{find_tools().version}")
