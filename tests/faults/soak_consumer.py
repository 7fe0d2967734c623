"""What follows the log in a soak: every source event has one effect, and the catalogue is kept."""

from collections.abc import Sequence
from random import SystemRandom
from uuid import UUID

from actors.directory import Directory
from actors.dispatching.consumer import Consumer, RetryPolicy
from actors.entities import Entities
from cluster.settings import Settings
from domain.entities.book import RecordSlice, SliceRead
from domain.entities.intake import ObjectReceived
from domain.entity import Origin
from domain.events import RecordedEvent, StreamId
from domain.slices import PageRange
from jobs.consumers import library

CATALOGUE = "catalogue"
EFFECTS = "effects"
_PREFIX = "effects-"
_BOOKS = 64
_WANTED = {"book": {SliceRead.__name__}, "intake": {ObjectReceived.__name__}}


def effect_streams() -> list[StreamId]:
    """The books that the effects are written to; they have to be there first."""
    return [StreamId("book", f"{_PREFIX}{number}") for number in range(_BOOKS)]


def effect_of(event_id: UUID) -> tuple[StreamId, str]:
    """Where the effect of a source event is to be found, and the id of the command behind it."""
    return StreamId("book", f"{_PREFIX}{event_id.int % _BOOKS}"), f"{event_id}:effect"


def is_effect(event: RecordedEvent) -> bool:
    """Whether an event is the effect of another."""
    return event.event.type == SliceRead.__name__ and event.stream.id.startswith(_PREFIX)


def is_source(event: RecordedEvent) -> bool:
    """Whether an event is to have an effect."""
    return event.event.type in _WANTED.get(event.stream.kind, ()) and not is_effect(event)


class Effects:
    """A process manager: answers every source event with a command on another entity."""

    def __init__(self, entities: Entities) -> None:
        self._entities = entities
        self._random = SystemRandom()

    async def handle(self, event: RecordedEvent) -> None:
        """Have the event's effect. Raises as `Entities`."""
        if not is_source(event):
            return
        stream, command_id = effect_of(event.event.event_id)
        # Other pages at each attempt: nothing but its id tells that the command is a repeated one.
        page = self._random.randrange(1, 10**9)
        command = RecordSlice(command_id=command_id, pages=PageRange(page, page), failed=0)
        origin = Origin(causation_id=str(event.event.event_id), principal=EFFECTS)
        await self._entities.execute(stream.kind, stream.id, command, origin=origin)


def soak_consumers(settings: Settings) -> Sequence[Consumer]:
    """The recipe for the dispatcher."""
    return (
        Consumer(
            EFFECTS,
            Effects(Directory(settings)).handle,
            wants=_WANTED,
            retries=RetryPolicy(attempts=20, first_wait=0.2, longest_wait=2.0),
        ),
        *(each for each in library(settings) if each.name == CATALOGUE),
    )
