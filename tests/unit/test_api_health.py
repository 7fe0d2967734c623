import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import (
    ClusterUnavailable,
    LogUnavailable,
    ShardUnavailable,
    StoreRefused,
    StoreUnavailable,
)
from tests.unit.api_server import Server, serving


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with serving(tmp_path, http_ready_seconds=0.5) as running:
        yield running


async def test_the_process_is_up(server: Server) -> None:
    response = await server.client.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "up"})


async def test_everything_is_up(server: Server) -> None:
    response = await server.client.get("/ready")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "dependencies": {
            name: {"state": "up", "detail": None}
            for name in (
                "log",
                "store",
                "shards",
                "catalogue",
                "projects",
                "graph",
                "vectors",
            )
        },
    }


@pytest.mark.parametrize(
    ("name", "method", "error"),
    [
        ("log", "ping", LogUnavailable("postgresql://user:password@host")),
        ("store", "head", StoreUnavailable("no")),
        ("store", "head", StoreRefused("bad credentials")),
        ("entities", "ping", ShardUnavailable("no")),
        ("catalogue", "ping", LogUnavailable("no")),
        ("projects", "ping", LogUnavailable("no")),
        ("log", "ping", RuntimeError("a fault of ours")),
    ],
)
async def test_what_is_down_is_named(
    server: Server, monkeypatch: pytest.MonkeyPatch, name: str, method: str, error: Exception
) -> None:
    async def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(getattr(server.services, name), method, fail)
    shown = "shards" if name == "entities" else name
    response = await server.client.get("/ready")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    problem = response.json()
    assert problem["type"] == "/problems/not-ready"
    assert shown in problem["detail"]
    states = problem["dependencies"]
    assert {each for each in states if states[each]["state"] == "down"} == {shown}
    assert states[shown]["detail"] == type(error).__name__
    assert "password" not in response.text
    assert (await server.client.get("/health")).status_code == 200


@pytest.mark.parametrize("error", [ClusterUnavailable("no"), KeyError("a fault of ours")])
async def test_requests_can_do_without_what_is_behind_them(
    server: Server, error: Exception
) -> None:
    async def fail() -> None:
        raise error

    async def never() -> None:
        await asyncio.Event().wait()

    behind = {**server.services.behind, "dispatcher": fail, "writing-room": never}
    server.app.state.services = replace(server.services, behind=behind)
    response = await server.client.get("/ready")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    states = response.json()["dependencies"]
    down = {each: states[each]["detail"] for each in states if states[each]["state"] == "down"}
    assert down == {
        "dispatcher": type(error).__name__,
        "writing-room": "no answer in 0.5 seconds",
    }


async def test_what_does_not_answer_is_down(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(server.services.log, "ping", never)
    response = await server.client.get("/ready")
    assert response.status_code == 503
    assert "0.5 seconds" in response.json()["dependencies"]["log"]["detail"]
