"""How fast entities are: `python -m benchmarks.entities [--database URL]`.

Commands through the directory and real shards, activation, memory, one Ray actor an entity for
comparison, and appends beside the `eventsourcing` library. Nothing else should be running.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import ray
from rich.console import Console
from rich.table import Table

from actors.directory import Directory
from actors.sharding.start import start_shards
from benchmarks import entity_actors, entity_appends, entity_memory
from benchmarks.entity_load import Load, activation_seconds, hot_entity, many_entities
from benchmarks.machine import describe
from cluster.ray_connection import connected
from cluster.settings import Settings, load_settings

_EVENTS = (10, 1_000, 10_000)


def main() -> int:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.entities", description=__doc__)
    parser.add_argument("--database", default="", help="postgresql://...; else a server of its own")
    parser.add_argument("--commands", type=int, default=10_000, help="for each kind of load")
    parser.add_argument("--idle", type=int, default=100_000, help="entities held in memory")
    options = parser.parse_args()
    console = Console(width=110)
    console.print(f"{describe()}\n")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        settings = load_settings(data_dir=Path(folder))
        with connected(settings):
            _print_load(asyncio.run(_loads(settings, options.commands)), console)
        _print_activation(Path(folder), console)
        _print_memory(options.idle, console)
    _print_appends(options.database, console)
    return 0


async def _loads(settings: Settings, commands: int) -> list[tuple[str, Load]]:
    await start_shards(settings)
    directory = Directory(settings)
    hot = await hot_entity(directory, commands)
    many = await many_entities(directory, commands)
    await directory.close()
    alone = await entity_actors.load(settings, commands // 10)
    return [
        ("one hot entity", hot),
        ("1,000 entities", many),
        (f"{entity_actors.ACTORS} entities, a Ray actor each", alone),
    ]


def _print_load(loads: Sequence[tuple[str, Load]], console: Console) -> None:
    cpus = int(ray.cluster_resources()["CPU"]) if ray.is_initialized() else 0
    table = Table(title=f"Commands acknowledged, SQLite, {cpus} CPUs", title_justify="left")
    for heading in ("load", "commands", "commands/s", "p50 ms", "p99 ms"):
        table.add_column(heading, justify="left" if heading == "load" else "right")
    for name, load in loads:
        table.add_row(
            name,
            f"{load.commands}",
            f"{load.commands / load.seconds:.0f}",
            f"{1000 * load.quantile(0.5):.1f}",
            f"{1000 * load.quantile(0.99):.1f}",
        )
    console.print(table)


def _print_activation(folder: Path, console: Console) -> None:
    table = Table(title="Activation, SQLite", title_justify="left")
    for heading in ("events", "p50 ms with snapshot", "p50 ms without"):
        table.add_column(heading, justify="right")
    for events in _EVENTS:
        with_snapshot, without = (
            asyncio.run(activation_seconds(folder / f"{events}-{has}.db", events, has))
            for has in (True, False)
        )
        table.add_row(f"{events}", f"{1000 * with_snapshot:.1f}", f"{1000 * without:.1f}")
    console.print(table)


def _print_memory(entities: int, console: Console) -> None:
    held = entity_memory.bytes_per_entity(entities)
    actor = entity_actors.bytes_per_actor()
    console.print(f"An idle entity in a shard that holds {entities}: {held:.0f} bytes")
    console.print(f"An entity that is a Ray actor of its own: {actor / 2**20:.0f} MiB\n")


def _print_appends(database: str, console: Console) -> None:
    ours, theirs = entity_appends.compare(database)
    table = Table(title="Appends of one event, 16 writers, PostgreSQL", title_justify="left")
    table.add_column("log")
    table.add_column("appends/s", justify="right")
    table.add_row("adapters.event_log", f"{ours:.0f}")
    table.add_row("eventsourcing", f"{theirs:.0f}")
    table.add_row("ratio", f"{ours / theirs:.2f}")
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
