"""The writing room: chapters are written and checked, many at once, and followed meanwhile."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple
from uuid import uuid4

from actors.rooms.live_text import Followed, LiveText
from domain.entity import Origin

_GATHER_SECONDS = 0.05  # pieces that come this close to each other travel together
_ENDED = 256  # runs that have ended and can still be followed
_logger = logging.getLogger(__name__)


class Place(NamedTuple):
    """A chapter of a project."""

    project_id: str
    chapter_id: str


WriteChapter = Callable[[Place, Origin, LiveText], Awaitable[None]]
"""Takes the attempt at a chapter that is under way to its end, and tells the text as it comes; the
events of this are because of the origin. May be repeated after it was interrupted at any point.
Raises what its parts raise."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a room: `chapters` worked on at once, `live_characters` kept of each for followers,
    up to `live_seconds` after its end; `poll_seconds` until a follower without news is answered."""

    chapters: int = 64
    live_characters: int = 500_000
    live_seconds: float = 60.0
    poll_seconds: float = 1.0


class WritingRoom:
    """Writes and checks chapters for whoever asks, each by one run at a time."""

    def __init__(self, write: WriteChapter, limits: Limits) -> None:
        self._write = write
        self._limits = limits
        self._places = asyncio.Semaphore(limits.chapters)
        self._runs: dict[Place, asyncio.Task[None]] = {}
        self._live: dict[Place, LiveText] = {}  # those that ended first come first
        self._begun = asyncio.Event()  # set when the next run begins, and then replaced

    async def write(self, place: Place, origin: Origin) -> None:
        """Return when the chapter's run is over, the one that goes on if there is one. Raises what
        it raises."""
        run = self._runs.get(place)
        if run is None:
            run = self._runs[place] = asyncio.create_task(self._run(place, origin))
            run.add_done_callback(lambda ended: self._leave(place, ended))
        await asyncio.shield(run)

    async def follow(self, place: Place, after: str = "") -> Followed:
        """The text of a chapter that came after a place in it, the beginning by default.

        Returns when there is some, or when the run has ended, or after a second without news.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.poll_seconds):
                while (news := self._news(place, after)) is None:
                    await self._change(place).wait()
                if not news.is_done:
                    await asyncio.sleep(_GATHER_SECONDS)
        live = self._live.get(place)
        return live.since(after) if live else Followed((), after)

    async def close(self) -> None:
        """Break all runs off."""
        runs = list(self._runs.values())
        for run in runs:
            run.cancel()
        await asyncio.gather(*runs, return_exceptions=True)

    def _news(self, place: Place, after: str) -> Followed | None:
        live = self._live.get(place)
        if live is None or live.has_ended_at(after):
            return None
        news = live.since(after)
        return news if news.pieces or news.is_done else None

    def _change(self, place: Place) -> asyncio.Event:
        live = self._live.get(place)
        return self._begun if live is None or live.is_done else live.changed

    async def _run(self, place: Place, origin: Origin) -> None:
        async with self._places:
            self._forget(place)
            live = self._live[place] = LiveText(uuid4().hex[:8], self._limits.live_characters)
            self._begun.set()
            self._begun = asyncio.Event()
            try:
                await self._write(place, origin, live)
            finally:
                live.end()
                self._keep_a_while(place, live)

    def _keep_a_while(self, place: Place, live: LiveText) -> None:
        self._live[place] = self._live.pop(place)
        ended = [each for each, text in self._live.items() if text.is_done]
        for each in ended[:-_ENDED]:
            self._forget(each)

        def forget() -> None:
            if self._live.get(place) is live:
                self._forget(place)

        asyncio.get_running_loop().call_later(self._limits.live_seconds, forget)

    def _forget(self, place: Place) -> None:
        self._live.pop(place, None)

    def _leave(self, place: Place, run: "asyncio.Task[None]") -> None:
        del self._runs[place]
        if not run.cancelled() and (error := run.exception()):  # nobody may be waiting any more
            _logger.warning(
                "chapter %s of project %s: %s", place.chapter_id, place.project_id, error
            )
