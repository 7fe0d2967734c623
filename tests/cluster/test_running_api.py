"""The API as it is reached by its clients: through HAProxy and Ray Serve."""

import asyncio
import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any

import httpx
import psutil
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import booleans
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from api.idempotency import REPLAYED
from api.problems import MEDIA_TYPE
from tests.cluster.conftest import HOOK_BUCKET, HOOK_SECRET
from tests.cluster.local_server import LocalServer
from tests.cluster.sample_books import SampleBook

pytestmark = pytest.mark.timeout(240)
_SECONDS = 60.0
HOOK = "/v1/hooks/object-created"

# What a form or a signature has to be, a schema cannot say; 503 is an answer, if it is described.
_CHECKS: list[Any] = [  # its own type of a check is not the one it takes
    negative_data_rejection,
    positive_data_acceptance,
    not_a_server_error,
]


def signature(body: bytes) -> str:
    return "sha256=" + hmac.new(HOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()


class Signed(requests.auth.AuthBase):
    """Signs what the hook is sent."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else body
        assert isinstance(content, bytes)
        request.headers["X-Scriptorium-Signature"] = signature(content)
        return request


@pytest.fixture(scope="module")
def book_id(server: LocalServer, born_digital: SampleBook) -> str:
    """A book that was read."""
    with httpx.Client(base_url=server.url, timeout=_SECONDS) as client:
        with born_digital.path.open("rb") as file:
            accepted = client.post("/v1/books", files={"file": file}, data={"exports": "md"})
        book = accepted.json()
        deadline = time.monotonic() + _SECONDS
        while client.get(book["links"]["self"]).json()["stage"] != "ready":
            assert time.monotonic() < deadline
            time.sleep(0.2)
    found: str = book["book_id"]
    return found


@pytest.mark.parametrize("mode", GenerationMode)
def test_every_answer_is_as_described(
    server: LocalServer, book_id: str, mode: GenerationMode
) -> None:
    description = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    asked = 0
    for found in description.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not [*operation.iter_parameters(), *operation.body]:
            continue  # nothing can be wrong

        @given(case=operation.as_strategy(generation_mode=mode), of_ours=booleans())
        @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
        def ask(case: Case[Any], of_ours: bool) -> None:
            nonlocal asked
            asked += 1
            if of_ours and mode is GenerationMode.POSITIVE and "book_id" in case.path_parameters:
                case.path_parameters["book_id"] = book_id
            response = case.call_and_validate(
                auth=Signed() if of_ours else None, excluded_checks=_CHECKS, timeout=_SECONDS
            )
            assert response.status_code < 500 or response.status_code == 503

        ask()
    assert asked > 100


async def eventually(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(_SECONDS):
        while not condition():  # noqa: ASYNC110  # what it looks at tells nobody
            await asyncio.sleep(0.1)


class Clients:
    """Some that look and some that announce, without a break; noted is what becomes of it."""

    def __init__(self, url: str) -> None:
        self.answers: Counter[str] = Counter()
        self.accepted: dict[str, str] = {}
        self.http = httpx.AsyncClient(base_url=url, timeout=_SECONDS)
        self._numbers = count(1)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        work = [self._look(path) for path in ("/health", "/v1/books")]
        work += [self._announce_all() for _ in range(3)]
        async with self.http:
            tasks = [asyncio.create_task(each) for each in work]
            yield
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def accept_more(self) -> None:
        """Return when more announcements were accepted."""
        enough = len(self.accepted) + 20
        await eventually(lambda: len(self.accepted) >= enough)

    async def announce(self, key: str) -> httpx.Response | None:
        found = {"key": f"{key}.pdf", "size": 1, "eTag": key}
        body = json.dumps({"action": "PutObject", "bucket": HOOK_BUCKET, "object": found}).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Scriptorium-Signature": signature(body),
            "Idempotency-Key": key,
        }
        request = self.http.build_request("POST", HOOK, content=body, headers=headers)
        return await self._answer(request)

    async def _look(self, path: str) -> None:
        while True:
            await self._answer(self.http.build_request("GET", path))

    async def _announce_all(self) -> None:
        while True:
            key = f"object-{next(self._numbers)}"
            while key not in self.accepted:
                response = await self.announce(key)
                if response and response.status_code == 202:
                    self.accepted[key] = response.text

    async def _answer(self, request: httpx.Request) -> httpx.Response | None:
        try:
            response = await self.http.send(request)
        except httpx.TransportError as error:
            self.answers[type(error).__name__] += 1
            return None
        self.answers[f"{response.status_code} {response.headers.get('Content-Type')}"] += 1
        return response


def replicas(server: LocalServer) -> list[psutil.Process]:
    found = []
    for process in server.family():
        with suppress(psutil.NoSuchProcess):
            if process.name().startswith("ray::ServeReplica"):
                found.append(process)
    return found


async def test_a_killed_replica_is_replaced_and_forgets_nothing(server: LocalServer) -> None:
    """What clients meet meanwhile, and nothing else:

    - a request that the replica has is broken off without an answer, or HAProxy answers with 503
      and one of the API's problems (`cluster/haproxy/problems.cfg`);
    - one that comes while there is no replica waits, in Serve's own proxy, for the next.
    """
    (replica,) = replicas(server)
    clients = Clients(server.url)
    async with clients.at_work():
        await clients.accept_more()
        replica.kill()
        await eventually(lambda: replicas(server) and replica not in replicas(server))
        await clients.accept_more()
        before = dict(clients.accepted)
        for key, text in before.items():
            again = await clients.announce(key)
            assert again
            assert (again.status_code, again.text) == (202, text)
            assert again.headers[REPLAYED] == "true"
    answers = {"200 application/json", "202 application/json", f"503 {MEDIA_TYPE}"}
    broken_off = {"RemoteProtocolError", "ReadError"}
    assert clients.answers.keys() <= answers | broken_off, clients.answers
    assert clients.answers.keys() - {"200 application/json", "202 application/json"}
