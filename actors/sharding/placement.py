"""Which shard holds which entity, and where shards may run."""

import hashlib

from cluster.settings import Settings
from domain.errors import SettingsError
from domain.events import StreamId

SHARD_PREFIX = "shard-"
"""What the names of all shards, of whatever number there are, start with."""


def shard_of(stream: StreamId, shards: int) -> int:
    """The index of the shard that holds an entity: the same in every process and on every run."""
    digest = hashlib.blake2b(str(stream).encode(), digest_size=8).digest()
    return int.from_bytes(digest) % shards


def shard_name(index: int, shards: int) -> str:
    """The name of a shard, as an actor and as a writer. It tells of how many it is one, so that
    nobody takes it for a shard that holds other entities."""
    return f"{SHARD_PREFIX}{index}-of-{shards}"


def shard_names(shards: int) -> list[str]:
    """The names of all shards, in the order of their indexes."""
    return [shard_name(index, shards) for index in range(shards)]


def is_embedded(settings: Settings) -> bool:
    """Whether the event log or the object store is a file or folder of one machine."""
    return not settings.database.get_secret_value() or settings.store_uri.startswith("file:")


def check_reachable(settings: Settings, nodes: int) -> None:
    """Refuse to keep on one machine what several machines need: beside log and store also the
    graphs, which readers on other nodes would not find, and the vectors, which would be gone with
    their node.

    Raises:
        SettingsError: says which settings to change.
    """
    is_here = {
        "SCRIPTORIUM_DATABASE to postgresql://user:password@host/name": not (
            settings.database.get_secret_value()
        ),
        "SCRIPTORIUM_STORE to s3://bucket/prefix": settings.store_uri.startswith("file:"),
        "SCRIPTORIUM_GRAPH to neo4j://user:password@host:7687": not (
            settings.graph.get_secret_value()
        ),
        "SCRIPTORIUM_VECTORS to http://host:8000": not settings.vectors,
    }
    if nodes > 1 and any(is_here.values()):
        missing = [change for change, needed in is_here.items() if needed]
        raise SettingsError(
            f"the cluster has {nodes} nodes, which cannot share files of one machine: set "
            + " and ".join(missing)
        )
