"""What every event log must keep for consumers."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from adapters.event_log.base import DeadLetter, Log
from domain.errors import FencedOut
from domain.events import START, Position, RecordedEvent
from tests.contract.event_log_cases import LogContract
from tests.contract.sample_events import BOOK, OTHER, TIME, everything, stored


def a_letter(event: RecordedEvent, consumer: str = "catalogue") -> DeadLetter:
    return DeadLetter(consumer, event, 5, "no room", TIME + timedelta(microseconds=1))


class ConsumerLogCases(LogContract):
    async def test_a_consumer_begins_at_the_start(self, log: Log) -> None:
        assert await log.checkpoint("catalogue") == START

    async def test_checkpoints_are_kept(self, log: Log, second: Log) -> None:
        fence = await log.claim("dispatcher")
        for position in (Position(7, 3), Position(2**62, 2**62), Position(0, 1)):
            await log.save_checkpoint("catalogue", position, fence)
            assert await second.checkpoint("catalogue") == position
        assert await log.checkpoint("relay") == START

    async def test_an_old_claim_notes_no_checkpoint(self, log: Log, second: Log) -> None:
        old = await log.claim("dispatcher")
        await log.save_checkpoint("catalogue", Position(0, 1), old)
        await second.claim("dispatcher")
        with pytest.raises(FencedOut):
            await log.save_checkpoint("catalogue", Position(0, 2), old)
        assert await log.checkpoint("catalogue") == Position(0, 1)

    async def test_attempts_are_counted_until_they_are_forgotten(
        self, log: Log, second: Log
    ) -> None:
        first, other = uuid4(), uuid4()
        assert [await log.count_attempt("catalogue", first) for _ in range(3)] == [1, 2, 3]
        assert await second.count_attempt("catalogue", first) == 4
        assert await log.count_attempt("catalogue", other) == 1
        assert await log.count_attempt("relay", first) == 1
        assert await second.attempts("catalogue") == {first: 4, other: 1}
        await log.forget_attempts("catalogue", first)
        assert await log.attempts("catalogue") == {other: 1}
        await log.forget_attempts("catalogue")
        assert (await log.attempts("catalogue"), await log.attempts("relay")) == ({}, {first: 1})

    async def test_dead_letters_are_kept_in_the_order_of_their_events(self, log: Log) -> None:
        await stored(log, BOOK, 3)
        first, second, third = map(a_letter, await everything(log))
        for letter in (third, first, second):
            await log.bury(letter)
        assert await log.dead_letters() == [first, second, third]
        assert await log.dead_letters(limit=2) == [first, second]
        assert await log.dead_letter("catalogue", second.event.event.event_id) == second

    async def test_each_consumer_has_its_own_dead_letters(self, log: Log) -> None:
        await stored(log, BOOK, 1)
        (event,) = await everything(log)
        for consumer in ("relay", "catalogue"):
            await log.bury(a_letter(event, consumer))
        assert [letter.consumer for letter in await log.dead_letters()] == ["catalogue", "relay"]
        assert await log.dead_letters("relay") == [a_letter(event, "relay")]
        assert await log.dead_letters("audit") == []
        assert await log.dead_letter("audit", event.event.event_id) is None

    async def test_a_second_death_replaces_the_first(self, log: Log) -> None:
        await stored(log, BOOK, 1)
        letter = a_letter((await everything(log))[0])
        again = replace(letter, attempts=6, error="no room still", died_at=TIME, replay=True)
        await log.bury(letter)
        await log.bury(again)
        assert await log.dead_letters() == [again]

    async def test_any_error_can_be_kept(self, log: Log) -> None:
        await stored(log, BOOK, 1)
        letter = a_letter((await everything(log))[0])
        await log.bury(replace(letter, error="a\0b" + "é" * 20_000))
        assert (await log.dead_letters())[0].error == "a\N{REPLACEMENT CHARACTER}b" + "é" * 9_997

    async def test_dead_letters_are_counted(self, log: Log) -> None:
        await stored(log, BOOK, 2)
        found = await everything(log)
        for event in found:
            await log.bury(a_letter(event))
        await log.bury(a_letter(found[0], "relay"))
        assert await log.count_dead_letters() == {"catalogue": 2, "relay": 1}

    async def test_dead_letters_are_discarded(self, log: Log) -> None:
        await stored(log, BOOK, 1)
        letter = a_letter((await everything(log))[0])
        await log.bury(letter)
        event_id = letter.event.event.event_id
        assert await log.discard("relay", event_id) is False
        assert await log.discard("catalogue", event_id) is True
        assert await log.discard("catalogue", event_id) is False
        assert await log.dead_letters() == []
        assert await log.count_dead_letters() == {}

    async def test_one_or_all_may_be_replayed(self, log: Log) -> None:
        await stored(log, BOOK, 2)
        await stored(log, OTHER, 1)
        found = await everything(log)
        letters = [a_letter(event) for event in found]
        for letter in (*letters, a_letter(found[0], "relay")):
            await log.bury(letter)
        assert await log.dead_letters(to_replay=True) == []
        assert await log.request_replay("catalogue", uuid4()) == 0
        assert await log.request_replay("catalogue", found[1].event.event_id) == 1
        assert await log.dead_letters("catalogue", to_replay=True) == [
            replace(letters[1], replay=True)
        ]
        assert await log.request_replay("catalogue") == 3
        marked = await log.dead_letters(to_replay=True)
        assert marked == [replace(letter, replay=True) for letter in letters]
