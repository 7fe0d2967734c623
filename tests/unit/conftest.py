"""Unit tests do without Ray and without the network: one that touches either fails at once."""

from collections.abc import Iterator
from typing import NoReturn

import hypothesis
import pytest
from pytest_socket import disable_socket

hypothesis.settings.register_profile("unit", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("unit")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    # A hook, for it comes before fixtures of any scope. pytest-socket itself ends this after each
    # test. Unix sockets stay: event loops and the pipes to child processes are made of them.
    disable_socket(allow_unix_socket=True)


@pytest.fixture(scope="package", autouse=True)
def no_ray() -> Iterator[None]:
    """Ray's own connections are made in C++, where no blocked socket would stop them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ray.init", _refuse)
        patch.setattr("ray.util.client.RayAPIStub.connect", _refuse)
        yield


def _refuse(*_arguments: object, **_options: object) -> NoReturn:
    pytest.fail("a unit test touched Ray: move it to tests/cluster, or test the part without Ray")
