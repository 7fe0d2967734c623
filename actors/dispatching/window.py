"""Which events of the log a consumer has in hand, and up to where it is done."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.events import Position, RecordedEvent, StreamId


class InHand(NamedTuple):
    """An event that is not done; the consumer is not done beyond `before` until it is.

    `before` is None for a replayed event, which the consumer had put aside.
    """

    event: RecordedEvent
    before: Position | None


class Gap(NamedTuple):
    """Versions of a stream, above `after` up to `last`, that were read but not kept."""

    after: int
    last: int
    before: Position


@dataclass(slots=True)
class _Lane:
    """One stream: its oldest events that are not done, then perhaps a gap."""

    queue: deque[InHand] = field(default_factory=deque)
    gap: Gap | None = None

    @property
    def held_at(self) -> Position | None:
        """Where this stream holds the consumer back."""
        for each in self.queue:
            if each.before is not None:
                return each.before
        return self.gap.before if self.gap else None


class Window:
    """What lies between a consumer's checkpoint and where it has read to.

    Each stream is a lane, worked on from its front. A lane keeps `lane_size` events; of what comes
    after them only the versions are noted, to be read again when the lane is empty. So a stream
    that stands still takes little room, and the others pass it by.
    """

    def __init__(self, start: Position, lane_size: int) -> None:
        self.reached = start
        self.held = 0
        """How many events are in hand, counting one for a lane that has nothing but a gap."""
        self._lane_size = lane_size
        self._lanes: dict[StreamId, _Lane] = {}

    @property
    def done(self) -> Position:
        """The consumer is done with all events up to here. Never goes back."""
        holds = (lane.held_at for lane in self._lanes.values())
        return min((each for each in holds if each is not None), default=self.reached)

    def skip_to(self, position: Position) -> None:
        """Note that nothing up to `position` is wanted beyond what was added."""
        self.reached = position

    def add(self, event: RecordedEvent) -> bool:
        """Take the next event of the log; True when its lane is new."""
        lane, is_new = self._lane(event.stream)
        if lane.gap:
            lane.gap = lane.gap._replace(last=event.version)
        elif len(lane.queue) >= self._lane_size:
            lane.gap = Gap(event.version - 1, event.version, self.reached)
        else:
            self._keep(lane, event, self.reached)
        self.reached = event.position
        return is_new

    def add_replay(self, event: RecordedEvent) -> bool:
        """Take an event that had been put aside; True when its lane is new."""
        lane, is_new = self._lane(event.stream)
        self._keep(lane, event, None)
        return is_new

    def front(self, stream: StreamId) -> InHand | Gap | None:
        """What is next in a stream: an event, or a gap to be filled; None when all is done."""
        lane = self._lanes.get(stream)
        if lane is None:
            return None
        return lane.queue[0] if lane.queue else lane.gap

    def fill(self, stream: StreamId, events: Sequence[RecordedEvent], last: int) -> None:
        """Take events from the gap in front, all that are wanted of it up to version `last`."""
        lane = self._lanes[stream]
        gap = lane.gap
        if gap is None:
            raise ValueError(f"{stream} has no gap")
        before = gap.before
        for event in events:
            self._keep(lane, event, before)
            before = event.position
        lane.gap = Gap(last, gap.last, before) if last < gap.last else None
        if not lane.queue and not lane.gap:
            self.held -= 1
        self._drop_if_empty(stream)

    def finish(self, stream: StreamId) -> None:
        """Note that the event in front of a stream is done."""
        lane = self._lanes[stream]
        lane.queue.popleft()
        if lane.queue or not lane.gap:
            self.held -= 1
        self._drop_if_empty(stream)

    def _lane(self, stream: StreamId) -> tuple[_Lane, bool]:
        known = self._lanes.get(stream)
        if known is not None:
            return known, False
        return self._lanes.setdefault(stream, _Lane()), True

    def _keep(self, lane: _Lane, event: RecordedEvent, before: Position | None) -> None:
        if lane.queue or not lane.gap:
            self.held += 1
        lane.queue.append(InHand(event, before))

    def _drop_if_empty(self, stream: StreamId) -> None:
        if self.front(stream) is None:
            del self._lanes[stream]
