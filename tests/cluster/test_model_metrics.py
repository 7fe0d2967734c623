"""What Prometheus is told of a language model that is away."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress

import pytest
import ray

from cluster.ray_connection import connected
from cluster.settings import Settings
from cluster.telemetry import RayModelMetrics
from cluster.wiring import open_model
from domain.errors import ModelUnavailable
from domain.prompt import Prompt, Purpose
from tests.cluster.prometheus import samples

pytestmark = pytest.mark.timeout(120)
NOBODY = "http://127.0.0.1:9/v1"
PROMPT = Prompt(purpose=Purpose.SUMMARY, system="Sum up.", task="It rained.")


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Those of a Ray that is running, and of an endpoint that is not there."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("RAY_"):
                patch.delenv(name)
        patch.setenv("RAY_metrics_report_interval_ms", "500")
        settings = Settings(
            data_dir=tmp_path_factory.mktemp("ray"),
            llm_url=NOBODY,
            llm_attempts=1,
            llm_breaker_failures=2,
        )
        with connected(settings):
            yield settings


async def test_an_open_breaker_reaches_prometheus(settings: Settings) -> None:
    model = open_model(settings, RayModelMetrics())
    (node,) = ray.nodes()
    async with asyncio.timeout(30):
        while await asyncio.to_thread(breaker, node) != 2:
            with suppress(ModelUnavailable):
                await model.text(PROMPT)
            await asyncio.sleep(0.2)
    with pytest.raises(ModelUnavailable, match="left alone"):
        await model.text(PROMPT)
    await model.close()


def breaker(node: dict[str, object]) -> float | None:
    """The circuit breaker's state, if there is one yet."""
    states = (each.value for each in samples(node) if each.name == "ray_scriptorium_llm_breaker")
    return next(states, None)
