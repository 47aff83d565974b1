"""How far one rev of a video is: its plan and its receipts, put together. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile

from functions.common.model import Chunk, Current, Plan, Receipt, Status, TrackPart, Verdict
from functions.common.orders import COPIED, FIRST_SEGMENTS, all_units, makers, required_units


@dataclass(frozen=True)
class Receipts:
    """One listing of an id's receipts: those of the current rev by unit, those of sidecars by their rev, and how many in all."""

    ok: Mapping[str, Receipt]
    errors: Mapping[str, Verdict]
    side_ok: Mapping[str, Receipt]
    side_errors: Mapping[str, Verdict]
    count: int


@dataclass(frozen=True)
class Progress:
    """How far the current rev is. `chunks`: the contiguous run of finished ones from the start."""

    current: Current
    plan: Plan
    receipts: Receipts
    chunks: tuple[Chunk, ...]

    @classmethod
    def of(cls, current: Current, plan: Plan, receipts: Receipts) -> "Progress":
        """Put plan and receipts together."""
        return cls(current, plan, receipts, tuple(takewhile(lambda chunk: chunk.unit in receipts.ok, plan.chunks)))

    @property
    def required(self) -> tuple[str, ...]:
        """The units without which there is no video."""
        return required_units(self.plan)

    @property
    def units(self) -> tuple[str, ...]:
        """All units of the plan."""
        return all_units(self.plan)

    @property
    def preview(self) -> dict[str, list[TrackPart]]:
        """What plays until the ladder is complete: the preview's picture, then its sound, or nothing."""
        copied = self.plan.preview
        if copied is None or self.complete:
            return {}
        found = {name: self.parts(name) for name in (copied.name, copied.sound_name) if name}
        return found if all(found.values()) else {}

    @property
    def complete(self) -> bool:
        """Whether all that plays is there."""
        return all(unit in self.receipts.ok for unit in self.required)

    @property
    def video_complete(self) -> bool:
        """Whether every chunk is there."""
        return len(self.chunks) == len(self.plan.chunks)

    def finished(self, rendition: str) -> bool:
        """Whether a rendition is there to its end. What was not fit for a preview left a receipt without parts, and so no end."""
        ok, copied = self.receipts.ok, rendition.endswith(COPIED)
        return all(unit in ok and (ok[unit].parts or not copied) for unit in makers(self.plan, rendition))

    @property
    def playable(self) -> bool:
        """Whether a player can begin, with the ladder or with what stands in for it."""
        return self.encoded or bool(self.preview)

    @property
    def encoded(self) -> bool:
        """Whether the ladder can be played: each sound has begun, and three segments of picture or all that there will be."""
        if self.plan.image_bytes:
            return self.complete
        if self.plan.rejected or not all(track.chunks[0].unit in self.receipts.ok for track in self.plan.audio):
            return False
        segments = sum(len(part.segments) for part in self.parts(self.plan.ladder[0].name)) if self.plan.ladder else 0
        return self.video_complete or segments >= FIRST_SEGMENTS

    @property
    def verdict(self) -> Verdict | None:
        """Why the rev cannot be finished: the first required unit that has only an error."""
        errors = self.receipts.errors
        lost = (unit for unit in self.required if unit in errors and unit not in self.receipts.ok)
        return next((errors[unit] for unit in lost), None)

    @property
    def status(self) -> Status:
        """The status of the current rev, whatever is played meanwhile."""
        if self.plan.rejected:
            return "rejected"
        ok, errors = self.receipts.ok, self.receipts.errors
        optional = set(self.units) - set(self.required)
        if self.complete and all(unit in ok or unit in errors for unit in optional):
            return "ready"
        if self.verdict:
            return "failed"
        return "encoding" if any(unit in ok for unit in self.units) else "queued"

    def parts(self, rendition: str) -> list[TrackPart]:
        """The parts of one rendition that a playlist may name now."""
        ok = self.receipts.ok
        done = takewhile(lambda unit: unit in ok and ok[unit].parts, makers(self.plan, rendition))
        return [part for unit in done for part in ok[unit].parts if part.rendition == rendition]
