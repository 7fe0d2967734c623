"""Starting and stopping the shards of a cluster."""

import asyncio

import ray
from ray.exceptions import RayActorError, RayError
from ray.util import list_named_actors
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from actors.detached import detached
from actors.entity_shard import EntityShard
from actors.placement import SHARD_PREFIX, check_reachable, shard_names
from cluster.ray_connection import NAMESPACE
from cluster.settings import Settings
from cluster.wiring import open_log
from domain.errors import ClusterUnavailable

_START_SECONDS = 60.0
_CALLS = 10_000  # of each shard at once; they only wait there


async def start_shards(settings: Settings) -> None:
    """Start the shards that do not run yet; those that run stay as they are.

    Shards of another number than is set are ended, and lose their right to write. Everything they
    held is in the log. May be called by several processes at once.

    Raises:
        SettingsError: the log or the store is on one machine, the cluster on several.
        LogUnavailable: the log does not answer.
        ClusterUnavailable: the shards do not start.
    """
    check_reachable(settings, sum(node["Alive"] for node in ray.nodes()))
    names = shard_names(settings.shards)
    running = _running()
    for name in running.difference(names):
        _kill(name)
    if not running.intersection(names):
        await _void_earlier_claims(settings)
    try:
        async with asyncio.timeout(_START_SECONDS):
            await asyncio.gather(*(_start(name, settings) for name in names))
    except (RayError, TimeoutError) as error:
        raise ClusterUnavailable(
            f"the shards did not start within {_START_SECONDS:g} seconds: {error!r}"
        ) from error


def stop_shards() -> None:
    """End all shards of the cluster. A command they have not answered may have been done."""
    for name in _running():
        _kill(name)


async def _void_earlier_claims(settings: Settings) -> None:
    """A shard of an earlier start that was only paused must not write beside the new ones."""
    log = open_log(settings)
    try:
        await log.revoke(SHARD_PREFIX)
    finally:
        await log.close()


async def _start(name: str, settings: Settings) -> None:
    """Find or create a shard, and wait until it answers."""
    retrying = AsyncRetrying(
        # The actor that is found may be one that has just ended (ray#44083).
        retry=retry_if_exception_type(RayActorError),
        stop=stop_after_delay(_START_SECONDS),
        wait=wait_fixed(0.2),
        reraise=True,
    )
    await retrying(_find_or_create, name, settings)


async def _find_or_create(name: str, settings: Settings) -> None:
    actor = (
        ray.remote(EntityShard)
        .options(max_concurrency=_CALLS, **detached(name, settings))
        .remote(settings, name)
    )
    await actor.ping.remote()


def _running() -> set[str]:
    """The names of the shards there are, also of those just being started."""
    return {
        actor["name"]
        for actor in list_named_actors(all_namespaces=True)
        if actor["namespace"] == NAMESPACE and actor["name"].startswith(SHARD_PREFIX)
    }


def _kill(name: str) -> None:
    try:
        ray.kill(ray.get_actor(name, NAMESPACE))
    except ValueError:
        return  # it has ended meanwhile
