"""What the routes work with."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends, Request

from actors.entities import Entities
from actors.rooms.live_text import Followed
from actors.rooms.writing import Place
from adapters.catalogue.base import Catalogue
from adapters.catalogue.projects import ProjectList
from adapters.event_log.base import EventLog
from adapters.llm.base import LanguageModel
from adapters.object_store.base import ObjectStore
from cluster.settings import Settings
from domain.entity import Origin
from jobs.writing.memory import StoryMemory
from jobs.writing.texts import Texts

Ping = Callable[[], Awaitable[object]]
"""Raises unless what it asks answers; may wait for long."""


class Shards(Entities, Protocol):
    """All entities, as they are held by something that may be out of reach."""

    async def ping(self) -> None:
        """Raise `ShardUnavailable` unless all entities can be reached."""

    async def close(self) -> None:
        """Give up what is under way. May be called twice."""


class Room(Protocol):
    """The writing room, as it is followed."""

    async def follow(self, place: Place, after: str = "") -> Followed:
        """See `WritingRoom`. Raises `ClusterUnavailable`."""


@dataclass(frozen=True)
class Services:
    """The parts below the API. The application closes them at its end.

    `behind` are those that requests can do without for a while, and how each is asked for a sign
    of life.
    """

    settings: Settings
    entities: Shards
    log: EventLog
    store: ObjectStore
    catalogue: Catalogue
    projects: ProjectList
    texts: Texts
    memory: StoryMemory
    model: LanguageModel
    room: Room
    behind: Mapping[str, Ping]

    async def close(self) -> None:
        """Release connections. May be called twice."""
        await self.entities.close()
        await self.catalogue.close()
        await self.projects.close()
        await self.memory.close()
        await self.model.close()
        await self.log.close()
        await self.store.close()


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _origin(request: Request) -> Origin:
    origin: Origin = request.state.origin
    return origin


Using = Annotated[Services, Depends(_services)]
From = Annotated[Origin, Depends(_origin)]
