"""The writing room, with runs that do what a test says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from actors.rooms.live_text import Followed, LiveText, Piece
from actors.rooms.writing import Limits, Place, WritingRoom
from domain.entity import Origin
from domain.errors import StoreUnavailable

_SECONDS = 10.0
A, B = Place("project", "a"), Place("project", "b")


class Run:
    """A run that is under way; the test says what becomes of it."""

    def __init__(self, place: Place, live: LiveText) -> None:
        self.place = place
        self.live = live
        self.outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def end(self) -> None:
        self.outcome.set_result(None)

    def fail(self) -> None:
        self.outcome.set_exception(StoreUnavailable("the store is away"))


class Bench:
    """A room whose runs are handed to the test."""

    def __init__(self, limits: Limits) -> None:
        self._begun: asyncio.Queue[Run] = asyncio.Queue()
        self.room = WritingRoom(self._write, limits)

    async def _write(self, place: Place, _: Origin, live: LiveText) -> None:
        run = Run(place, live)
        self._begun.put_nowait(run)
        await run.outcome

    def ask(self, place: Place = A) -> "asyncio.Task[None]":
        return asyncio.create_task(self.room.write(place, Origin()))

    async def run(self) -> Run:
        async with asyncio.timeout(_SECONDS):
            return await self._begun.get()

    @property
    def waits(self) -> bool:
        """Whether no further run has begun."""
        return self._begun.empty()

    async def follow(self, after: str = "", place: Place = A) -> Followed:
        async with asyncio.timeout(_SECONDS):
            return await self.room.follow(place, after)


@asynccontextmanager
async def writing_room(
    chapters: int = 4, live_characters: int = 1000, poll_seconds: float = 0.3
) -> AsyncIterator[Bench]:
    bench = Bench(Limits(chapters, live_characters, poll_seconds=poll_seconds))
    try:
        yield bench
    finally:
        await bench.room.close()


async def settled(*tasks: "asyncio.Task[None]") -> None:
    async with asyncio.timeout(_SECONDS):
        await asyncio.gather(*tasks)


def text_of(followed: Followed) -> str:
    return "".join(piece.text for piece in followed.pieces)


async def test_a_chapter_is_written_once_for_all_who_ask() -> None:
    async with writing_room() as bench:
        asked = [bench.ask(), bench.ask()]
        run = await bench.run()
        assert run.place == A
        asked.append(bench.ask())
        other = bench.ask(B)
        assert (await bench.run()).place == B
        run.end()
        await settled(*asked)
        assert not other.done()
        bench.ask()
        assert (await bench.run()).place == A


async def test_who_goes_away_stops_nobody() -> None:
    async with writing_room() as bench:
        gone, stays = bench.ask(), bench.ask()
        run = await bench.run()
        gone.cancel()
        await asyncio.wait([gone])
        run.end()
        await settled(stays)


async def test_trouble_is_told_to_those_who_asked_and_the_next_run_begins_afresh() -> None:
    async with writing_room() as bench:
        asked = [bench.ask(), bench.ask()]
        (await bench.run()).fail()
        for each in asked:
            with pytest.raises(StoreUnavailable, match="the store is away"):
                await each
        again = bench.ask()
        (await bench.run()).end()
        await settled(again)


async def test_only_so_many_chapters_are_worked_on() -> None:
    async with writing_room(chapters=1) as bench:
        asked = [bench.ask(A), bench.ask(B)]
        first = await bench.run()
        assert first.place == A
        assert bench.waits
        first.end()
        second = await bench.run()
        assert second.place == B
        second.end()
        await settled(*asked)


async def test_pieces_reach_a_follower_as_they_come() -> None:
    async with writing_room() as bench:
        bench.ask()
        live = (await bench.run()).live
        live.begin(1)
        live.add("It was ")
        first = await bench.follow()
        assert first.pieces == (Piece(1, "It was ", is_new=True),)
        waiting = asyncio.create_task(bench.follow(first.after))
        await asyncio.sleep(0)
        assert not waiting.done()
        live.add("late.")
        second = await waiting
        assert (text_of(second), second.is_done, second.missed) == ("late.", False, False)


async def test_a_follower_may_come_before_the_run_and_after_it() -> None:
    async with writing_room() as bench:
        early = asyncio.create_task(bench.follow())
        await asyncio.sleep(0)
        asked = bench.ask()
        run = await bench.run()
        run.live.begin(1)
        run.live.add("It was late.")
        assert text_of(await early) == "It was late."
        run.end()
        await settled(asked)
        late = await bench.follow()
        assert (text_of(late), late.is_done) == ("It was late.", True)


async def test_without_news_a_follower_is_answered_after_a_while() -> None:
    async with writing_room(poll_seconds=0.01) as bench:
        assert await bench.follow() == Followed((), "")
        asked = bench.ask()
        run = await bench.run()
        nothing = await bench.follow()
        assert (nothing.pieces, nothing.is_done) == ((), False)
        run.end()
        await settled(asked)
        end = await bench.follow(nothing.after)
        assert end.is_done


async def test_a_follower_of_an_ended_run_waits_for_the_next() -> None:
    async with writing_room(poll_seconds=_SECONDS) as bench:
        asked = bench.ask()
        run = await bench.run()
        run.live.begin(1)
        run.live.add("A first try.")
        run.end()
        await settled(asked)
        seen = await bench.follow()
        waiting = asyncio.create_task(bench.follow(seen.after))
        bench.ask()
        run = await bench.run()
        run.live.begin(1)
        run.live.add("A second try.")
        news = await waiting
        assert (text_of(news), news.missed, news.is_done) == ("A second try.", True, False)
        assert news.pieces[0].is_new


async def test_what_ended_is_forgotten_after_a_while() -> None:
    bench = Bench(Limits(live_seconds=0.01, poll_seconds=0.01))
    asked = bench.ask()
    run = await bench.run()
    run.live.begin(1)
    run.end()
    await settled(asked)
    async with asyncio.timeout(_SECONDS):
        while (await bench.follow()).pieces:  # noqa: ASYNC110  # it tells nobody when it forgets
            await asyncio.sleep(0.001)


def test_the_oldest_pieces_are_forgotten_and_a_follower_is_told() -> None:
    live = LiveText("run", most=1200)
    live.begin(1)
    live.add("a" * 500)
    seen = live.since("")
    assert not seen.missed
    for letter in "bcd":
        live.add(letter * 500)
    kept = live.since(seen.after)
    assert kept.missed
    assert [piece.text[0] for piece in kept.pieces] == ["c", "d"]
    assert live.since(kept.after).pieces == ()


def test_small_pieces_nobody_has_seen_are_joined() -> None:
    live = LiveText("run", most=10_000)
    live.begin(1)
    for word in ("It ", "was "):
        live.add(word)
    first = live.since("")
    assert first.pieces == (Piece(1, "It was ", is_new=True),)
    live.add("late")
    live.add(".")
    live.begin(2)
    assert live.since(first.after).pieces == (Piece(1, "late."), Piece(2, "", is_new=True))
    assert text_of(live.since("")) == "It was late."


@pytest.mark.parametrize(
    "after", ["", "other:1", "run:x", "run", "run:99", "run:-1", "\N{SNOWMAN}:٣"]
)
def test_no_place_is_too_odd(after: str) -> None:
    live = LiveText("run", most=10_000)
    live.begin(1)
    live.add("It was late.")
    assert live.since(after).after == "run:1"
