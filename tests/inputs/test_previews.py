"""Sources that play as they are, until the ladder is complete."""

from collections.abc import Callable
from pathlib import Path

import m3u8
import pytest
from msgspec.structs import replace

from functions.common import presets
from functions.common.model import Preset
from functions.ingest import cuts
from tests.frames import beeps, decoded, numbers
from tests.inputs.engine import PLAYED, Converted, Making, convert, plan_of
from tests.inputs.sources import OPEN_GROUPS, TS, clip
from tests.inputs.test_sources import FADED_S
from tests.media import AAC, X264, with_edit_list
from tests.unit.transcode.store import Store

type Maker = Callable[[Path], None]

SECONDS, FRAMES = 12.48, 312
GENEROUS: Preset = replace(
    presets.preset("web"), video=tuple(replace(step, maxrate_kbit=20_000) for step in presets.preset("web").video)
)
PLAYS: dict[str, tuple[str, Maker]] = {
    "mp4": (".mp4", clip(*X264, *AAC)),
    "open-groups": (".mp4", clip(*X264, *OPEN_GROUPS, *AAC)),
    "silent": (".mp4", clip(*X264, sound=False)),
    "mkv": (".mkv", clip(*X264, *AAC)),
    "starts-late": (".mkv", clip(*X264, *AAC, "-output_ts_offset", "5.3")),
    "flv": (".flv", clip(*X264, *AAC)),
}
PLAYS_NOT: dict[str, tuple[str, Maker]] = {
    "transport stream": (".ts", clip(*X264, *AAC, *TS)),
    "another codec": (".mkv", clip("-c:v", "mpeg4", "-q:v", "3", *AAC)),
    "another sound": (".mkv", clip(*X264, "-c:a", "flac")),
    "six channels": (".mp4", clip(*X264, *AAC, "-ac", "6")),
    "ten bits": (".mp4", clip(*X264[:4], "-pix_fmt", "yuv420p10le", *AAC)),
    "long pixels": (".mp4", clip(*X264, *AAC, filters=",scale=240:180,setsar=4/3")),
}


@pytest.fixture(scope="module")
def previewed(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Converted]:
    """Give a source of which only the preview is made yet."""
    done: dict[str, Converted] = {}

    def of(name: str) -> Converted:
        if name not in done:
            suffix, make = PLAYS[name]
            folder = tmp_path_factory.mktemp(name)
            make(folder / f"source{suffix}")
            done[name] = convert(folder / f"source{suffix}", store, folder, Making(GENEROUS, units={"p"}))
        return done[name]

    return of


def lists(made: Converted) -> list[str]:
    return [line for line in made.main.read_text().splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("name", PLAYS)
def test_a_preview_shows_every_frame_before_anything_is_encoded(name: str, previewed: Callable[[str], Converted]) -> None:
    made = previewed(name)
    assert lists(made) == ["v/180p-copy/list.m3u8"]
    assert numbers(made.playlist("v/180p-copy"), *PLAYED) == list(range(FRAMES))


@pytest.mark.parametrize("name", [name for name in PLAYS if name != "silent"])
def test_a_preview_beeps_at_every_second(name: str, previewed: Callable[[str], Converted]) -> None:
    heard = beeps(previewed(name).playlist("a/und-copy"), *PLAYED)
    expected = list(range(1, 13))
    assert [onset for onset in heard if FADED_S < onset < SECONDS - FADED_S] == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("name", PLAYS)
def test_a_preview_decodes_without_a_warning(name: str, previewed: Callable[[str], Converted]) -> None:
    decoded(previewed(name).main, PLAYED, "-map", "0", "-f", "null", "-")


@pytest.mark.parametrize("name", PLAYS)
def test_a_preview_is_a_list_with_an_end_and_its_own_target(name: str, previewed: Callable[[str], Converted]) -> None:
    read = m3u8.load(str(previewed(name).playlist("v/180p-copy")))
    assert read.is_endlist
    lengths = [float(segment.duration or 0) for segment in read.segments]
    assert max(lengths) <= float(read.target_duration or 0)
    assert sum(lengths) == pytest.approx(SECONDS, abs=0.05)


def test_a_preview_tells_nothing_that_a_camera_wrote_beside_its_pictures(previewed: Callable[[str], Converted]) -> None:
    """x264 writes its settings into such a message, as drones write where they are."""
    made = previewed("mp4")
    source = (made.folder / "source.mp4").read_bytes()
    published = [path.read_bytes() for path in made.folder.rglob("v/**/*") if path.is_file()]
    assert b"x264 - core" in source
    assert not any(b"x264 - core" in body for body in published)


def test_a_preview_stands_last_beside_the_first_chunks(store: Store, tmp_path: Path) -> None:
    suffix, make = PLAYS["mp4"]
    make(tmp_path / f"source{suffix}")
    first = convert(
        tmp_path / f"source{suffix}", store, tmp_path, Making(GENEROUS, units={"p", "a0", "v00000", "v00001", "v00002"})
    )
    assert lists(first)[-1] != "v/180p-copy/list.m3u8"  # three chunks are all that it has


def test_a_preview_leaves_when_the_ladder_is_complete(store: Store, tmp_path: Path) -> None:
    clip(*X264, *AAC, seconds=30)(tmp_path / "source.mp4")
    growing = convert(tmp_path / "source.mp4", store, tmp_path, Making(GENEROUS, units={"p", "a0", "v00000", "v00001", "v00002"}))
    assert lists(growing) == ["v/180p-h264/list.m3u8", "v/180p-copy/list.m3u8"]
    whole = convert(tmp_path / "source.mp4", store, tmp_path, Making(GENEROUS))
    assert lists(whole) == ["v/180p-h264/list.m3u8"]
    assert "copy" not in whole.main.read_text()


@pytest.mark.parametrize("name", PLAYS_NOT)
def test_a_source_that_browsers_do_not_play_has_no_preview(name: str, store: Store, tmp_path: Path) -> None:
    suffix, make = PLAYS_NOT[name]
    path = tmp_path / f"source{suffix}"
    make(path)
    assert plan_of(path, store.put(path.read_bytes()), GENEROUS).preview is None


def test_a_source_that_is_much_stronger_than_its_ladder_has_no_preview(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "source.mp4"
    clip(*X264, *AAC)(path)
    weak = replace(GENEROUS, video=tuple(replace(step, maxrate_kbit=20) for step in GENEROUS.video))
    assert plan_of(path, store.put(path.read_bytes()), weak).preview is None


def test_a_preset_may_do_without_previews(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "source.mp4"
    clip(*X264, *AAC)(path)
    assert plan_of(path, store.put(path.read_bytes()), replace(GENEROUS, preview=False)).preview is None


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (clip(*X264, "-g", "9999", *AAC), "one key frame in 12 s"),
        (with_edit_list, "an edit list hides its beginning"),
    ],
)
def test_what_only_reading_all_of_it_tells_leaves_no_preview_and_no_error(
    make: Maker, why: str, store: Store, tmp_path: Path
) -> None:
    make(tmp_path / "source.mp4")
    made = convert(tmp_path / "source.mp4", store, tmp_path, Making(GENEROUS))
    assert made.plan.preview, why
    assert (made.receipts["p"].parts, "copy" in made.main.read_text()) == ((), False)


MINUTE_S, EACH = 63.0, 12  # seconds; a piece is as short as one may be
ENTERED: dict[str, tuple[str, Maker]] = {
    "mp4": (".mp4", clip(*X264, *AAC, seconds=MINUTE_S)),
    "open-groups": (".mp4", clip(*X264, *OPEN_GROUPS, *AAC, seconds=MINUTE_S)),
    "groups-of-pieces": (".mp4", clip(*X264, "-g", "100", "-keyint_min", "100", "-sc_threshold", "0", *AAC, seconds=MINUTE_S)),
    "silent": (".mp4", clip(*X264, sound=False, seconds=MINUTE_S)),
    "fragmented": (".mp4", clip(*X264, "-g", "50", *AAC, "-movflags", "frag_keyframe+empty_moov", seconds=MINUTE_S)),
    "mkv": (".mkv", clip(*X264, *AAC, seconds=MINUTE_S)),
    "starts-late": (".mkv", clip(*X264, *AAC, "-output_ts_offset", "5.3", seconds=MINUTE_S)),
}


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut previews into the shortest pieces that there may be, of three segments."""
    monkeypatch.setattr(cuts, "COPY_RAMP", 1)
    monkeypatch.setattr(cuts, "COPY", 1)


def grown(made: Converted) -> list[int]:
    """Read the frames of a list that has no end yet, for which a player would wait."""
    path = made.playlist("v/180p-copy")
    listed = path.read_text()
    assert "#EXT-X-ENDLIST" not in listed
    path.write_text(f"{listed}#EXT-X-ENDLIST\n")
    return numbers(path, *PLAYED)


def pieces_of(path: Path, store: Store) -> list[str]:
    preview = plan_of(path, store.put(path.read_bytes()), GENEROUS).preview
    return [chunk.unit for chunk in preview.chunks] if preview else []


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("name", ENTERED)
def test_the_pieces_of_a_preview_join_to_all_of_it(name: str, store: Store, tmp_path: Path) -> None:
    suffix, make = ENTERED[name]
    path = tmp_path / f"source{suffix}"
    make(path)
    units = pieces_of(path, store)
    made = convert(path, store, tmp_path, Making(GENEROUS, units=units))
    read = m3u8.load(str(made.playlist("v/180p-copy")))

    assert units == ["p", "p-001", "p-002", "p-003", "p-004"]
    assert len({part.init for part in made.parts("v/180p-copy")}) == 1
    assert read.is_endlist
    assert numbers(made.playlist("v/180p-copy"), *PLAYED) == list(range(round(MINUTE_S * 25)))
    decoded(made.main, PLAYED, "-map", "0", "-f", "null", "-")
    if name != "silent":
        heard = beeps(made.playlist("a/und-copy"), *PLAYED)
        assert [onset for onset in heard if FADED_S < onset < MINUTE_S - FADED_S] == pytest.approx(list(range(1, 63)), abs=0.005)


@pytest.mark.usefixtures("small_pieces")
def test_the_first_piece_of_a_preview_plays_alone(store: Store, tmp_path: Path) -> None:
    clip(*X264, "-g", "50", *AAC, seconds=MINUTE_S)(tmp_path / "source.mp4")
    made = convert(tmp_path / "source.mp4", store, tmp_path, Making(GENEROUS, units={"p", "p-002"}))

    assert lists(made) == ["v/180p-copy/list.m3u8"]
    assert grown(made) == list(range(EACH * 25))


@pytest.mark.usefixtures("small_pieces")
def test_a_preview_ends_before_a_piece_in_which_nobody_could_seek(store: Store, tmp_path: Path) -> None:
    """Its picture has no key frame between the seconds 26 and 50."""
    forced = ",".join(str(second) for second in (*range(0, 28, 2), *range(50, 64, 2)))
    never = ("-g", "9999", "-sc_threshold", "0", "-force_key_frames", forced)
    clip(*X264, *never, *AAC, seconds=MINUTE_S)(tmp_path / "source.mp4")
    units = pieces_of(tmp_path / "source.mp4", store)
    made = convert(tmp_path / "source.mp4", store, tmp_path, Making(GENEROUS, units=units))

    assert [bool(made.receipts[unit].parts) for unit in units] == [True, True, False, False, True]
    assert grown(made) == list(range(2 * EACH * 25))
