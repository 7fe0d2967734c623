"""How fast the writing room is: `python -m benchmarks.writing`.

Its overhead over the language model's own time, a thousand projects at once, the memory of a long
novel. Nothing else should be running.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from actors.sharding.start import start_shards, stop_shards
from actors.vectors import start_vectors, stop_vectors
from benchmarks import writing_memory, writing_overhead, writing_projects
from benchmarks.machine import describe
from benchmarks.writing_endpoint import SCENES, endpoint
from benchmarks.writing_memory import Activation, Searches
from benchmarks.writing_overhead import Chapter
from benchmarks.writing_projects import Held
from benchmarks.writing_story import Written, novel
from cluster.ray_connection import connected
from cluster.settings import Settings, load_settings

_QUERIES = 500


def main() -> int:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.writing", description=__doc__)
    parser.add_argument("--latency", type=float, default=2.0, help="seconds of a model's call")
    parser.add_argument("--written", type=int, default=5, help="chapters written")
    parser.add_argument("--projects", type=int, default=1_000, help="projects at once")
    parser.add_argument("--chapters", type=int, default=200, help="of the long novel")
    options = parser.parse_args()
    console = Console(width=110)
    console.print(f"{describe()}\n")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        _print_overhead(_overhead(Path(folder), options.latency, options.written), console)
    written = novel(options.chapters)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        settings = load_settings(data_dir=Path(folder))
        with connected(settings):
            held, searches = asyncio.run(_at_hand(settings, options.projects, written))
        activation = asyncio.run(writing_memory.activate(settings, searches.project_id))
    _print_projects(held, console)
    _print_memory(len(written), searches, activation, console)
    checked = writing_memory.checks(written)
    console.print(
        f"The last chapter checked by rule against all before it: {checked.first:.1f} s where"
        f" nothing has been read yet, {checked.next:.1f} s for the next draft"
    )
    return 0


def _overhead(folder: Path, latency: float, number: int) -> Sequence[Chapter]:
    with endpoint(latency) as model:
        settings = load_settings(data_dir=folder, llm_url=model.url)
        with connected(settings):
            return asyncio.run(writing_overhead.chapters(settings, model, number))


async def _at_hand(
    settings: Settings, projects: int, written: Sequence[Written]
) -> tuple[Held, Searches]:
    await start_shards(settings)
    await start_vectors(settings)
    try:
        held = await writing_projects.hold(settings, projects, written[:16])
        return held, await writing_memory.search(settings, written, _QUERIES)
    finally:
        await stop_vectors()
        stop_shards()


def _print_overhead(chapters: Sequence[Chapter], console: Console) -> None:
    table = _table(
        f"{len(chapters)} chapters of {writing_overhead.WORDS} words", "p50 of", "seconds", "share"
    )
    model = median(each.model for each in chapters)
    parts = {
        "the model's own time": model,
        "until the first call": median(each.before for each in chapters),
        f"before the {SCENES} scenes": median(each.drafting for each in chapters),
        "before the draft is read and judged": median(each.checking for each in chapters),
        "after the last call": median(each.after for each in chapters),
    }
    for name, seconds in parts.items():
        table.add_row(name, f"{seconds:.3f}", f"{seconds / model:.1%}")
    overhead = median(each.overhead for each in chapters)
    table.add_row("overhead", f"{overhead:.3f}", f"{writing_overhead.p50(chapters):.1%}")
    console.print(table)


def _print_projects(held: Held, console: Console) -> None:
    table = _table(
        f"{held.projects} projects in the shards, {held.bytes_each / 1024:.0f} KB each",
        "queries",
        "p50 ms",
        "p99 ms",
    )
    table.add_row("one after the other", *_quantiles(held.alone))
    table.add_row(f"{writing_projects.AT_ONCE} at once", *_quantiles(held.together))
    console.print(table)


def _print_memory(
    chapters: int, searches: Searches, activation: Activation, console: Console
) -> None:
    size = f"{chapters} chapters, {searches.words} words, {searches.passages} passages"
    table = _table(f"Search in {size}", f"{len(searches.warm)} queries", "p50 ms", "p99 ms")
    table.add_row("warm", *_quantiles(searches.warm))
    table.add_row("the first", f"{1000 * searches.cold:.0f}", "")
    console.print(table)
    console.print(
        f"Activation of this project, {activation.events} events: "
        f"{1000 * activation.seconds:.1f} ms; its state: {activation.state_bytes / 1024:.0f} KB"
    )


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first)
    for heading in others:
        table.add_column(heading, justify="right")
    return table


def _quantiles(seconds: Sequence[float]) -> tuple[str, str]:
    """p50 and p99 in milliseconds."""
    ordered = sorted(seconds)

    def at(share: float) -> str:
        return f"{1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]:.1f}"

    return at(0.5), at(0.99)


if __name__ == "__main__":
    sys.exit(main())
