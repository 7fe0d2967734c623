"""Somebody who changes a project: what they send, and in whose name."""

from typing import Annotated, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel

from api.json_body import json_body
from api.projects.found import PROJECT
from api.services import From, Using
from api.versions import expected_version
from domain.entity import Command

M = TypeVar("M", bound=BaseModel)


class Asker:
    """One request that brings something to a project."""

    def __init__(self, request: Request, services: Using, origin: From) -> None:
        self.request = request
        self.services = services
        self._origin = origin

    async def body(self, model: type[M]) -> M:
        """What the request says. Raises `Refusal`."""
        return await json_body(self.request, self.services.settings, model)

    async def execute(self, project_id: str, command: Command, if_match: str | None = None) -> None:
        """Have the project carry out a command, if it has the expected version. As `Entities`."""
        await self.services.entities.execute(
            PROJECT,
            project_id,
            command,
            origin=self._origin,
            expected_version=expected_version(if_match),
        )


Asking = Annotated[Asker, Depends()]
