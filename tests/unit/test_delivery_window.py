"""What a consumer has in hand: order, the mark up to which it is done, and bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.dispatching.window import Gap, InHand, Window
from domain.events import START, Position, RecordedEvent, StreamId
from tests.unit.followed_log import an_event

LANE = 3


class Worked:
    """A window and the log it moves over, worked on step by step."""

    def __init__(self, streams: str) -> None:
        self.log: list[RecordedEvent] = []
        for stream in streams:
            version = 1 + sum(event.stream.id == stream for event in self.log)
            self.log.append(an_event(len(self.log) + 1, stream, version))
        self.window = Window(START, LANE)
        self.added: list[RecordedEvent] = []
        self.finished: list[RecordedEvent] = []

    def add(self) -> None:
        if len(self.added) < len(self.log):
            self.added.append(self.log[len(self.added)])
            self.window.add(self.added[-1])

    def work(self, stream: StreamId) -> None:
        front = self.window.front(stream)
        if isinstance(front, Gap):
            left_out = [
                event
                for event in self.log
                if event.stream == stream and front.after < event.version <= front.last
            ]
            self.window.fill(stream, left_out[:LANE], left_out[:LANE][-1].version)
        elif isinstance(front, InHand):
            self.finished.append(front.event)
            self.window.finish(stream)

    def check(self) -> None:
        undone = [event.position for event in self.added if event not in self.finished]
        assert self.window.done < min(undone, default=Position(1, 0))
        lanes = self.window._lanes.values()
        assert self.window.held == sum(max(1, len(lane.queue)) for lane in lanes)
        assert self.window.held <= LANE * 3
        if not undone:
            assert self.window.done == self.window.reached
            assert self.window.held == 0


@given(st.text("abc", max_size=40), st.text("+abc", max_size=200))
def test_the_mark_stays_before_everything_undone(streams: str, steps: str) -> None:
    worked = Worked(streams)
    before = START
    for step in steps:
        if step == "+":
            worked.add()
        else:
            worked.work(StreamId("thing", step))
        worked.check()
        assert worked.window.done >= before
        before = worked.window.done
    while len(worked.finished) < len(worked.log):
        worked.add()
        for stream in "abc":
            worked.work(StreamId("thing", stream))
        worked.check()
    for stream in "abc":
        versions = [event.version for event in worked.finished if event.stream.id == stream]
        assert versions == sorted(versions)
    assert len(worked.finished) == len(set(worked.finished))


def test_the_mark_is_where_the_oldest_event_begins() -> None:
    window = Window(START, LANE)
    window.add(an_event(1, "a", 1))
    window.skip_to(Position(0, 5))
    window.add(an_event(7, "b", 1))
    window.skip_to(Position(0, 9))
    assert window.done == START
    window.finish(StreamId("thing", "a"))
    assert window.done == Position(0, 5)
    window.finish(StreamId("thing", "b"))
    assert window.done == Position(0, 9)


def test_a_replayed_event_holds_nothing_back() -> None:
    window = Window(Position(0, 50), LANE)
    old = an_event(3, "a", 1)
    assert window.add_replay(old)
    assert not window.add(an_event(51, "a", 2))
    window.skip_to(Position(0, 60))
    assert window.done == Position(0, 50)
    front = window.front(old.stream)
    assert front == InHand(old, None)
    window.finish(old.stream)
    window.finish(old.stream)
    assert window.front(old.stream) is None
    assert window.done == Position(0, 60)


def test_only_a_gap_can_be_filled() -> None:
    window = Window(START, LANE)
    event = an_event(1, "a", 1)
    window.add(event)
    with pytest.raises(ValueError, match="no gap"):
        window.fill(event.stream, [event], 1)
