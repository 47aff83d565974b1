"""What an hour of film would take and cost in AWS, computed from what pieces of work take here.

The plan and its orders are the real ones. CPU time is measured in this run; what cannot be measured here is assumed, in one table.
"""

import heapq
import math
import resource
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from msgspec.structs import replace

from functions.common import presets
from functions.common.model import AudioWork, CopyWork, Order, Plan, VideoWork
from functions.common.orders import COPIED_S, FIRST_SEGMENTS, all_units
from functions.common.process import private_folder
from functions.ingest import cuts
from functions.ingest import plan as planning
from functions.ingest.facts import Facts, Picture, Track
from functions.ingest.orders import orders
from functions.transcode.binaries import find_tools
from functions.transcode.encode import make
from functions.transcode.job import Encoder
from tests.benchmarks.figures import Figure
from tests.benchmarks.measured import Meter
from tests.inputs.engine import ID, REV, UPLOADED, plan_of
from tests.media import clip
from tests.simulation import costs
from tests.unit.transcode.store import serving

FILM: Final = "film_3min"
MINUTES: Final = 60
RATE: Final = Fraction(25)
SIZE: Final = MINUTES * 60 * 1_000_000  # bytes: 8 Mbit/s
CHUNKS_COUNTED: Final = 30  # in the simulation, whose store calls are counted
WORKERS: Final = (2, 20, 100, 400)
LENGTHS: Final = (1, 2, 4)  # segments of a chunk
UNITS: Final = {"short": "v00000", "long": "v00004", "sound": "a0", "stills": "s", "copy": "p-001"}


@dataclass(frozen=True)
class Assumed:
    """Of AWS, from its documents and price list (US East, x86-64); of speeds, guesses that a bill would correct."""

    cores: float = 1.7  # of 3,008 MB
    busy: float = 0.95  # of them, by x264
    gb: float = 3008 / 1024
    cold_s: float = 0.6  # the first call of a worker; billed
    hop_s: float = 0.1  # from a PUT to the function that it wakes
    call_s: float = 0.02  # of a store, one after another,
    before_orders: int = 10  # of which ingest makes some before it writes the first order; then each order is one
    index_s: float = 0.5  # it is warm: what ingest writes first has woken it
    read_bytes_s: float = 75e6  # a function's line is 600 Mbit/s
    upload_s: float = 0.25
    at_once: int = 5  # workers that an event source mapping starts with,
    more_a_minute: int = 300  # and adds
    usd_gb_s: float = 0.0000166667
    usd_put: float = 0.005 / 1000  # and LIST
    usd_get: float = 0.0004 / 1000
    usd_message: float = 0.4 / 1e6


@dataclass(frozen=True)
class Unit:
    """What an order takes: CPU seconds on so many cores at most, and bytes to read and to write."""

    cpu_s: float
    cores: float
    read: float
    written: float = 0

    def wall_s(self, assumed: Assumed) -> float:
        """Give its seconds in a worker that is warm."""
        encoding = self.cpu_s / min(self.cores, assumed.cores * assumed.busy)
        return max(encoding, self.read / assumed.read_bytes_s) + max(assumed.upload_s, self.written / assumed.read_bytes_s)


@dataclass(frozen=True)
class Costs:
    """CPU seconds: of a chunk `chunk_s` and `frame_s` for each of its frames; of a second of sound, and of one that is copied.

    And of the stills, and of the look into the source.
    """

    chunk_s: float
    frame_s: float
    sound_s: float
    copy_s: float
    stills_s: float
    look_s: float

    def unit(self, order: Order) -> Unit:
        """Give what an order takes."""
        match order.work:
            case VideoWork(begin=begin, end=end, video=video):
                frames = (end or video.frames) - begin
                return Unit(self.chunk_s + self.frame_s * frames, math.inf, 1.3 * SIZE * frames / video.frames)
            case AudioWork(duration_s=length):
                return Unit(self.sound_s * length, 1, SIZE * length / (60 * MINUTES))
            case CopyWork(begin_s=begin_s, end_s=end_s):
                length, rate = _length_s(begin_s, end_s, 60 * MINUTES), SIZE / (60 * MINUTES)
                return Unit(self.copy_s * length, 1, rate * (length + COPIED_S + 1), rate * length)
            case _:
                return Unit(self.stills_s, 1, 0)


@dataclass(frozen=True)
class Run:
    """How it went: seconds from the upload to the preview, to the ladder's first picture, and to the end; of functions, billed."""

    first_s: float
    ladder_s: float
    makespan_s: float
    billed_s: float


def measure() -> list[Figure]:
    """Measure the units, compute the hour, and print how it depends on workers and chunk length."""
    units, assumed, hour = _measured(), Assumed(), planned(cuts.CHUNK)
    print(_table(units, assumed), flush=True)
    whole, ramped = (run(hour, units, assumed, ramp) for ramp in (_all(400), _ramp(400, assumed)))
    compute, requests = whole.billed_s * assumed.gb * assumed.usd_gb_s, _requests_usd(hour, assumed)
    film = f"of {MINUTES} min of 1080p in {len(hour.ladder)} heights, {len(hour.chunks)} chunks"
    return [
        Figure("model_makespan_s", whole.makespan_s, f"s {film}, 400 workers at once", most=30),
        Figure("model_makespan_ramp_s", ramped.makespan_s, "s with 5 workers and 300 more a minute, up to 400", most=60),
        Figure("model_first_frame_s", whole.first_s, "s until it begins to play, by the first piece of its preview", most=3.5),
        Figure("model_first_ladder_s", whole.ladder_s, "s until its ladder does"),
        Figure("model_usd_per_source_minute", (compute + requests) / MINUTES, "$ for encoding and requests", most=0.005),
        Figure(
            "model_cpu_s_per_source_second", units.frame_s * float(RATE), "CPU s of the ladder for a second of film, measured here"
        ),
    ]


def planned(longest: int) -> Plan:
    """Plan an hour of film, with chunks of at most so many segments."""
    picture = Picture(0, "h264", 1920, 1080, RATE, RATE, plain=True)
    sound = Track(stream=1, codec="aac", language="eng", sample_rate_hz=48_000, channels=2, default=True, title="")
    facts = Facts("mov", 0, Fraction(1, 12_800), Fraction(60 * MINUTES), picture, 1, (sound,), size=SIZE)
    made = planning.plan(facts, presets.preset("web"), ID, REV, UPLOADED)
    frames = made.video.frames if made.video else 0
    return replace(made, chunks=cuts.chunks(frames, made.segment_frames, longest))


def run(plan: Plan, units: Costs, assumed: Assumed, ready: Callable[[int], float]) -> Run:
    """Give each order to the worker that is free first. `ready` tells when worker n may begin, in seconds."""
    looked = assumed.cold_s + units.look_s + assumed.before_orders * assumed.call_s
    free: list[tuple[float, int]] = []
    done: dict[str, float] = {}
    due = orders(plan)
    hired, billed = 0, looked + len(due) * assumed.call_s
    for written, order in enumerate(due, 1):
        begun = assumed.hop_s + looked + written * assumed.call_s + assumed.hop_s
        may = begun + ready(hired)
        if free and free[0][0] <= may:
            freed, worker = heapq.heappop(free)
            at = max(freed, begun)
            taken = 0.0
        else:
            at, worker, taken = may, hired, assumed.cold_s
            hired += 1
        taken += units.unit(order).wall_s(assumed)
        billed += taken
        done[str(order.unit)] = at + taken
        heapq.heappush(free, (at + taken, worker))
    begin = [chunk.unit for chunk in plan.chunks if chunk.begin < FIRST_SEGMENTS * plan.segment_frames]
    first = max(done[unit] for unit in (*begin, *(track.chunks[0].unit for track in plan.audio)))
    after = assumed.hop_s + assumed.index_s
    return Run(done["p"] + after, first + after, max(done.values()) + after, billed)


def _all(workers: int) -> Callable[[int], float]:
    return lambda worker: 0.0 if worker < workers else math.inf


def _ramp(workers: int, assumed: Assumed) -> Callable[[int], float]:
    def ready(worker: int) -> float:
        if worker >= workers:
            return math.inf
        return max(0, worker - assumed.at_once + 1) * 60 / assumed.more_a_minute

    return ready


def _measured() -> Costs:
    """Do a short and a long chunk, a sound and the stills of three minutes of film."""
    film, cpu_s = clip(FILM), {}
    with serving() as store:
        url, before = store.put(film.read_bytes()), _spent_s()
        plan = plan_of(film, url, presets.preset("web"))
        look_s = _spent_s() - before
        due = {str(order.unit): order for order in orders(plan)}
        for name, unit in UNITS.items():
            before = _spent_s()
            with private_folder() as folder:
                make(due[unit], url, folder, Encoder(find_tools(), Meter().run, time.monotonic))
            cpu_s[name] = _spent_s() - before
    short, long = (next(c for c in plan.chunks if c.unit == UNITS[name]) for name in ("short", "long"))
    frames = [(chunk.end or 0) - chunk.begin for chunk in (short, long)]
    frame_s = (cpu_s["long"] - cpu_s["short"]) / (frames[1] - frames[0])
    copied = due[UNITS["copy"]].work
    copied_s = _length_s(copied.begin_s, copied.end_s, plan.duration_s) if isinstance(copied, CopyWork) else 0
    return Costs(
        chunk_s=max(0.0, cpu_s["short"] - frame_s * frames[0]),
        frame_s=frame_s,
        sound_s=cpu_s["sound"] / plan.duration_s,
        copy_s=cpu_s["copy"] / copied_s,
        stills_s=cpu_s["stills"],
        look_s=look_s,
    )


def _length_s(begin_s: str | None, end_s: str | None, whole_s: float) -> float:
    return float(Fraction(end_s or whole_s) - Fraction(begin_s or 0))


def _spent_s() -> float:
    """Give the CPU seconds of this process and of those that it started."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))


def _requests_usd(plan: Plan, assumed: Assumed) -> float:
    """Scale the store calls that the simulation counts, of two heights, by chunks; a height more is two PUT more a chunk."""
    kinds: Counter[str] = Counter()
    for (_, verb), count in costs.undisturbed(CHUNKS_COUNTED).kinds.items():
        kinds[verb] += count
    by_chunk = len(plan.chunks) / CHUNKS_COUNTED
    puts = (kinds["put"] + kinds["list"]) * by_chunk + 2 * (len(plan.ladder) - 2) * len(plan.chunks)
    gets = kinds["get"] * by_chunk + 1.3 * SIZE / 2e6
    return puts * assumed.usd_put + gets * assumed.usd_get + 10 * len(all_units(plan)) * assumed.usd_message


def _table(units: Costs, assumed: Assumed) -> str:
    rows = [
        "| workers | chunk s | first picture s | of the ladder s | makespan s | with the ramp s | GB-s | $ a source minute |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for workers in WORKERS:
        for longest in LENGTHS:
            hour = planned(longest)
            whole, ramped = (run(hour, units, assumed, ready) for ready in (_all(workers), _ramp(workers, assumed)))
            gb_s = whole.billed_s * assumed.gb
            usd = (gb_s * assumed.usd_gb_s + _requests_usd(hour, assumed)) / MINUTES
            rows.append(
                f"| {workers} | {4 * longest} | {whole.first_s:.1f} | {whole.ladder_s:.1f} "
                f"| {whole.makespan_s:.0f} | {ramped.makespan_s:.0f} | {gb_s:,.0f} | {usd:.4f} |"
            )
    return "\n".join(rows) + "\n"
