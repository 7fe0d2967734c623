"""Signs of life of what stands behind the HTTP front; the actors are the test's own."""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import pytest

from actors import platform
from domain.errors import ClusterUnavailable


class Client:
    """In the place of `DetachedClient`."""

    consumers: tuple[str, ...] | None = ("reader",)
    absent: str | None = None

    def __init__(self, name: str) -> None:
        self._name = name

    async def ask(self, call: Callable[[object], Awaitable[object]]) -> object:
        if self._name == self.absent:
            raise ClusterUnavailable(f"the {self._name} does not answer")
        methods = {"edition": self._edition}
        if self._name == "dispatcher":
            methods["consumers"] = self._consumers
        return await call(
            SimpleNamespace(
                **{name: SimpleNamespace(remote=method) for name, method in methods.items()}
            )
        )

    async def _edition(self) -> object:
        return "an edition"

    async def _consumers(self) -> object:
        return self.consumers


@pytest.fixture(autouse=True)
def _own_actors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "DetachedClient", Client)


async def unanswered() -> set[str]:
    found = set()
    for name, ping in platform.platform_pings().items():
        try:
            await ping()
        except ClusterUnavailable:
            found.add(name)
    return found


async def test_all_answer() -> None:
    assert platform.platform_pings().keys() == {"dispatcher", "reading-room", "writing-room"}
    assert await unanswered() == set()


@pytest.mark.parametrize("name", ["dispatcher", "reading-room", "writing-room"])
async def test_one_is_not_there(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(Client, "absent", name)
    assert await unanswered() == {name}


async def test_a_dispatcher_that_delivers_no_more_is_as_good_as_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Client, "consumers", None)
    assert await unanswered() == {"dispatcher"}
