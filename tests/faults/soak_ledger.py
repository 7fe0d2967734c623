"""What the clients of a soak were told, and how long they had to wait for it."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.events import StreamId


class Acknowledged(NamedTuple):
    """A command that was answered: its events are in the log, the last of them at `version`."""

    stream: StreamId
    command_id: str
    version: int
    events: tuple[str, ...]


@dataclass
class Ledger:
    """Kept by all clients together. `forbidden` are commands that must have left no events."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    forbidden: list[tuple[StreamId, str]] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    requests: int = 0
    longest_wait: float = 0.0
    """Seconds from a client's first attempt to the acknowledgement; set it back as needed."""
    _served: dict[str, float] = field(default_factory=dict)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def enlist(self, client: str) -> None:
        """There is such a client; it has not been served yet."""
        self._served[client] = 0.0

    async def note(self, client: str, began: float, *acknowledged: Acknowledged) -> None:
        """A client got what it asked for at `began` (of `time.monotonic`)."""
        self.acknowledged += acknowledged
        self.longest_wait = max(self.longest_wait, time.monotonic() - began)
        if client in self._served:
            self._served[client] = max(self._served[client], began)
        async with self._news:
            self._news.notify_all()

    async def everybody_is_served(self, since: float) -> None:
        """Return when each client got something that it asked for after a moment."""
        async with self._news:
            await self._news.wait_for(lambda: all(began > since for began in self._served.values()))

    def unserved(self, since: float) -> list[str]:
        """Those who still wait for that."""
        return [client for client, began in self._served.items() if began <= since]
