"""How a stage takes a batch: parse, group, act, and answer with the messages that must come back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from functions.common.events import Message, failed, parse
from functions.common.ports import Heart, Telemetry


@dataclass(frozen=True)
class Group:
    """The keys of a batch that are one piece of work, and the messages that brought them."""

    name: str
    keys: tuple[str, ...]
    messages: tuple[Message, ...]

    @property
    def receives(self) -> int:
        """How often the oldest of them was delivered."""
        return max((message.receives for message in self.messages), default=1)


@dataclass(frozen=True)
class Stage:
    """One stage. `name_of` tells which piece of work a key belongs to, None for a key that is none of ours."""

    name_of: Callable[[str], str | None]
    act: Callable[[Group], None]
    heart: Heart
    telemetry: Telemetry

    def handle(self, event: object) -> dict[str, list[dict[str, str]]]:
        """Work on one batch. One message that fails does not harm its neighbours."""
        messages = parse(event)
        with self.heart.beating(messages):
            bad = {message.id for message in messages if message.unreadable and self._tell_unreadable(message)}
            for group in self._groups(messages):
                bad.update(self._try(group))
        for message in messages:
            if message.id in bad:
                self.heart.retry_later(message)
        return failed(message.id for message in messages if message.id in bad)

    def _tell_unreadable(self, message: Message) -> bool:
        """Record a message that no one owns; it goes to the dead letters, which alarm."""
        self.telemetry.alarm("unreadable message", message_id=message.id, reason=message.unreadable)
        return True

    def _groups(self, messages: Sequence[Message]) -> Iterable[Group]:
        named = sorted(
            ((name, key, place) for place, message in enumerate(messages) for key in message.keys
             if (name := self._name(key)) is not None),
        )  # fmt: skip
        for name, rows in groupby(named, key=lambda row: row[0]):
            found = list(rows)
            places = sorted({place for _, _, place in found})
            yield Group(name, tuple(sorted({key for _, key, _ in found})), tuple(messages[place] for place in places))

    def _name(self, key: str) -> str | None:
        name = self.name_of(key)
        if name is None:
            self.telemetry.tell("ignored", reason="no stage takes an object of this kind")
        return name

    def _try(self, group: Group) -> set[str]:
        """Act on a group; if that fails and several messages made it, on each message alone."""
        try:
            self.act(group)
        except Exception:  # noqa: BLE001  # whatever it is, the neighbours go on and the queue retries this one
            self.telemetry.alarm("failed", work=group.name, receives=group.receives)
            if len(group.messages) == 1:
                return {group.messages[0].id}
            return set().union(*(self._try(self._alone(group, message)) for message in group.messages))
        return set()

    def _alone(self, group: Group, message: Message) -> Group:
        keys = tuple(key for key in message.keys if self.name_of(key) == group.name)
        return Group(group.name, keys, (message,))
