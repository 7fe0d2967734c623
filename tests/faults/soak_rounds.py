"""The rounds of a soak: load all the time, one fault after the other, and a check in the end."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from random import Random

import httpx

from actors.clock import Clock
from actors.directory import Directory
from actors.dispatcher import dispatcher_status
from actors.patience import Patience
from cluster.wiring import open_catalogue, open_log
from domain.entities.book import SliceRead
from domain.errors import UsageError
from tests.faults.soak_check import check
from tests.faults.soak_consumer import effect_of, effect_streams
from tests.faults.soak_database import Database
from tests.faults.soak_faults import Faults
from tests.faults.soak_http import Announcer
from tests.faults.soak_ledger import Ledger
from tests.faults.soak_load import Client, Commander, HotBook, ManyBooks, NewBooks, under_load
from tests.faults.soak_report import Report
from tests.faults.soak_server import System

_RECOVERY_SECONDS = 90.0
_CATCH_UP_SECONDS = 300.0
_REQUEST_SECONDS = 20.0
_CALM_SECONDS = 0.5


@dataclass(frozen=True)
class Plan:
    """`rounds` rounds, each with one of the `faults`, in an order that follows from `seed`; all
    kinds of faults there are if none are named."""

    rounds: int
    seed: int
    faults: Sequence[str] = ()


class Soak:
    """Made in the event loop that `run` is called in.

    Raises:
        UsageError: there are no such faults on this database.
    """

    def __init__(self, system: System, database: Database, plan: Plan, report: Report) -> None:
        self._settings = system.settings
        self._plan = plan
        self._report = report
        self._ledger = Ledger()
        self._random = Random(plan.seed)
        self._log = open_log(system.settings)
        self._catalogue = open_catalogue(system.settings)
        self._entities = Directory(system.settings)
        self._http = httpx.AsyncClient(base_url=system.url, timeout=_REQUEST_SECONDS)
        self._faults = Faults(system, database, self._log, self._ledger, self._random)
        if unknown := set(plan.faults).difference(self._faults.by_name):
            known = ", ".join(self._faults.by_name)
            raise UsageError(f"no fault is called {', '.join(unknown)}; there are {known}")

    async def run(self, say: Callable[[str], None]) -> None:
        """Fill the report; `say` is told of every round."""
        began = time.monotonic()
        async with AsyncExitStack() as closing:
            for part in (self._log, self._catalogue, self._entities):
                closing.push_async_callback(part.close)
            await closing.enter_async_context(self._http)
            opener = self._commander("opener")
            await asyncio.gather(*(opener.open(stream) for stream in effect_streams()))
            async with under_load(self._clients(), self._ledger, self._random):
                await self._rounds(say)
            say("the consumers catch up")
            await self._everything_is_done()
            say("the log is checked")
            findings = await check(self._log, self._entities, self._catalogue, self._ledger)
        self._report.seconds = time.monotonic() - began
        self._report.conclude(self._ledger, findings, self._faults.refused)

    def _clients(self) -> list[Client]:
        shards = self._settings.shards
        return [
            *(HotBook(self._commander(f"hot-{each}"), each, shards) for each in range(shards)),
            *(self._many_books(f"many-{number}") for number in range(3)),
            NewBooks(self._commander("new")),
            *(self._announcer(f"announcer-{number}") for number in range(2)),
        ]

    def _commander(self, name: str) -> Commander:
        return Commander(name, self._entities, self._ledger)

    def _many_books(self, name: str) -> ManyBooks:
        return ManyBooks(self._commander(name), Random(f"{self._plan.seed}-{name}"))

    def _announcer(self, name: str) -> Announcer:
        return Announcer(name, self._http, self._ledger, Random(f"{self._plan.seed}-{name}"))

    async def _rounds(self, say: Callable[[str], None]) -> None:
        async with asyncio.timeout(_RECOVERY_SECONDS):
            await self._all_is_well()
        for fault in self._faults_in_turn():
            say(fault)
            self._ledger.longest_wait = 0.0
            began = time.monotonic()
            try:
                async with asyncio.timeout(_RECOVERY_SECONDS):
                    await self._faults.by_name[fault]()
                    await self._all_is_well()
            except TimeoutError:
                self._ledger.problems.append(
                    f"{fault}: not well again after {_RECOVERY_SECONDS:g} seconds; waiting are "
                    f"{self._ledger.unserved(began) or 'effects'}"
                )
                return
            self._report.note(fault, self._ledger.longest_wait, time.monotonic() - began)
            await asyncio.sleep(self._random.uniform(0, 2 * _CALM_SECONDS))

    def _faults_in_turn(self) -> Iterator[str]:
        """All kinds equally often, in random order."""
        names, deck = self._plan.faults or list(self._faults.by_name), list[str]()
        for _ in range(self._plan.rounds):
            if not deck:
                deck = self._random.sample(names, len(names))
            yield deck.pop()

    async def _all_is_well(self) -> None:
        """Return when everybody was served, and what they did has had its effect."""
        await self._ledger.everybody_is_served(time.monotonic())
        told = next(
            each
            for each in reversed(self._ledger.acknowledged)
            if each.events == (SliceRead.__name__,)
        )
        patience = Patience("the soak", Clock())
        (event,) = await patience(lambda: self._log.of_command(told.stream, told.command_id))
        effect = effect_of(event.event.event_id)
        while not await patience(lambda: self._log.of_command(*effect)):
            await patience(lambda: self._log.wait(0.5))

    async def _everything_is_done(self) -> None:
        """Return when the consumers have nothing left to do."""
        async with asyncio.timeout(_CATCH_UP_SECONDS):
            while any(each.lag or each.in_flight for each in await dispatcher_status()):  # noqa: ASYNC110
                await asyncio.sleep(0.5)
