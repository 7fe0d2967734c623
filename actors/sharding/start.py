"""Starting and stopping the shards of a cluster."""

import asyncio
import os

import ray
from ray.util import list_named_actors

from actors.detached import start_detached
from actors.shard import EntityShard
from actors.sharding.placement import SHARD_PREFIX, check_reachable, shard_names
from cluster.ray_connection import NAMESPACE
from cluster.settings import Settings
from cluster.tenancy import hold_data_dir
from cluster.wiring import open_log


async def start_shards(settings: Settings, edition: str | None = None) -> None:
    """Start the shards that do not run yet; those of this edition that run stay as they are.

    Shards of another edition, or of another number than is set, are ended, and lose their right to
    write. Everything they held is in the log. May be called by several processes at once.

    Raises:
        SettingsError: the log or the store is on one machine, the cluster on several; or another
            cluster uses that log.
        LogUnavailable: the log does not answer.
        ClusterUnavailable: the shards do not start.
    """
    check_reachable(settings, sum(node["Alive"] for node in ray.nodes()))
    names = shard_names(settings.shards)
    running = _running()
    for name in running.difference(names):
        _kill(name)
    if not running:
        await asyncio.to_thread(_check_free, settings)
    if not running.intersection(names):
        await _void_earlier_claims(settings)
    await asyncio.gather(
        *(start_detached(name, EntityShard, settings, name, edition=edition) for name in names)
    )


def stop_shards() -> None:
    """End all shards of the cluster. A command they have not answered may have been done."""
    for name in _running():
        _kill(name)


def _check_free(settings: Settings) -> None:
    """Let the one who starts the shards say what else their processes would say."""
    if lock := hold_data_dir(settings, f"process {os.getpid()}"):
        lock.release()


async def _void_earlier_claims(settings: Settings) -> None:
    """A shard of an earlier start that was only paused must not write beside the new ones."""
    log = open_log(settings)
    try:
        await log.revoke(SHARD_PREFIX)
    finally:
        await log.close()


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
