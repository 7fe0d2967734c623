"""Where entities and shards go."""

import re
from collections import Counter
from pathlib import Path

import pytest
from pydantic import SecretStr

from actors.sharding.placement import (
    check_reachable,
    is_embedded,
    shard_name,
    shard_names,
    shard_of,
)
from cluster.settings import Settings
from domain.errors import SettingsError
from domain.events import StreamId

SERVERS = {
    "database": SecretStr("postgresql://writer:secret@db.example.org/log"),
    "store": "s3://library/shelf",
    "graph": SecretStr("neo4j://writer:secret@graph.example.org:7687"),
    "vectors": "http://vectors.example.org:8000",
}


def test_an_entity_has_the_same_shard_in_every_process() -> None:
    # Other numbers would send the entities of a running cluster elsewhere.
    found = [shard_of(StreamId("book", entity_id), 7) for entity_id in ("a", "b", "c", "é")]
    assert found == [1, 3, 1, 2]


def test_entities_spread_evenly() -> None:
    counts = Counter(shard_of(StreamId("book", str(number)), 4) for number in range(4000))
    assert sorted(counts) == [0, 1, 2, 3]
    assert min(counts.values()) > 900


def test_shards_of_different_numbers_have_different_names() -> None:
    assert shard_names(2) == ["shard-0-of-2", "shard-1-of-2"]
    assert not set(shard_names(2)) & set(shard_names(3))
    assert shard_name(1, 2) in shard_names(2)


def test_defaults_are_for_one_machine(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert is_embedded(settings)
    check_reachable(settings, 1)
    with pytest.raises(SettingsError, match="has 3 nodes") as caught:
        check_reachable(settings, 3)
    assert named_in(caught.value) == {"DATABASE", "STORE", "GRAPH", "VECTORS"}


@pytest.mark.parametrize("name", SERVERS)
def test_only_what_is_to_be_changed_is_named(name: str) -> None:
    servers = {each: server for each, server in SERVERS.items() if each != name}
    settings = Settings.model_validate(servers)
    check_reachable(settings, 1)
    with pytest.raises(SettingsError, match="has 2 nodes") as caught:
        check_reachable(settings, 2)
    assert named_in(caught.value) == {name.upper()}
    assert "secret" not in str(caught.value)


def named_in(error: SettingsError) -> set[str]:
    return set(re.findall(r"SCRIPTORIUM_(\w+)", str(error)))


def test_servers_do_for_any_number_of_nodes() -> None:
    settings = Settings.model_validate(SERVERS)
    assert not is_embedded(settings)
    check_reachable(settings, 100)
