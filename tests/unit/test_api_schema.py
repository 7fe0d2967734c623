"""Whatever one sends, the answer is one that the description names, and never a fault of ours."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import booleans
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.python.asgi import shutdown_lifespans
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from domain.entities.project.commands import CreateProject, GenerateChapter
from tests.unit.api_server import PDF_ID, Server, serving
from tests.unit.sample_book import a_failed_page, a_page

PROJECT_ID = "d" * 32
SECRET = "a-secret-of-some-length"

# What a form or a signature has to be, a schema cannot say.
_DATA: list[Any] = [  # its own type of a check is not the one it takes
    negative_data_rejection,
    positive_data_acceptance,
]


class Served:
    """The application, with its parts made in the event loop of who asks it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: Server
        self._lifespan = Router(lifespan=self._live)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._lifespan if scope["type"] == "lifespan" else self._server.app
        await app(scope, receive, send)

    @asynccontextmanager
    async def _live(self, _app: object) -> AsyncIterator[None]:
        async with serving(
            self._folder, hook_secret=SECRET, hook_buckets="incoming", http_stream_seconds=0.05
        ) as self._server:
            await self._server.upload(fields={"exports": "md"})
            await self._server.finish(PDF_ID, [a_page(1, text="one"), a_failed_page(2)])
            await self._server.services.store.put(f"books/{PDF_ID}/exports/book.md", b"# one\n")
            commands = (
                CreateProject(command_id="create", title="One", language="en"),
                GenerateChapter(command_id="generate", chapter_id="c" * 32, number=1),
            )
            for command in commands:
                await self._server.services.entities.execute("project", PROJECT_ID, command)
            yield


class Signed(requests.auth.AuthBase):
    """Signs what the hook is sent."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else body
        assert isinstance(content, bytes)
        digest = hmac.new(SECRET.encode(), content, hashlib.sha256).hexdigest()
        request.headers["X-Scriptorium-Signature"] = f"sha256={digest}"
        return request


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BaseSchema]:
    schema = schemathesis.openapi.from_asgi("/openapi.json", Served(tmp_path_factory.mktemp("api")))
    yield schema
    shutdown_lifespans()


# Not by the parameters that Schemathesis has for pytest, which are for older versions of it.
@pytest.mark.parametrize("mode", GenerationMode)
def test_every_answer_is_as_described(description: BaseSchema, mode: GenerationMode) -> None:
    asked = 0
    for found in description.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not [*operation.iter_parameters(), *operation.body]:
            continue  # nothing can be wrong

        @given(case=operation.as_strategy(generation_mode=mode), of_ours=booleans())
        @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
        def ask(case: Case[Any], of_ours: bool) -> None:
            nonlocal asked
            asked += 1
            if of_ours and mode is GenerationMode.POSITIVE:
                ours = {"book_id": PDF_ID, "project_id": PROJECT_ID, "number": 1}
                known = case.path_parameters.keys() & ours.keys()
                case.path_parameters |= {name: ours[name] for name in known}
            case.call_and_validate(auth=Signed() if of_ours else None, excluded_checks=_DATA)

        ask()
    assert asked > 100
