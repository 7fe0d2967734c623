"""Make a projection anew from the event log: `python -m jobs.rebuild catalogue`.

The consumers of the log may go on meanwhile. Interrupted, it is to be run again.
Exit status: 0 done, 1 the database failed, 2 bad usage.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from rich.console import Console

from actors.shard import Shard
from cluster.settings import Settings, load_settings
from cluster.wiring import open_catalogue, open_log
from domain.entities import KINDS
from domain.errors import ScriptoriumError, SettingsError
from domain.events import START
from jobs.consumers.catalogue import CatalogueKeeper

DONE, FAILED, BAD_USAGE = 0, 1, 2
_PAGE = 1000  # events


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m jobs.rebuild", description="Make a projection anew from the event log."
    )
    parser.add_argument("projection", choices=["catalogue"])
    parser.parse_args(arguments)
    console = Console(stderr=True)
    try:
        books = asyncio.run(rebuild_catalogue(load_settings()))
    except ScriptoriumError as error:
        console.print(f"jobs.rebuild: {error}", style="red", highlight=False, markup=False)
        return BAD_USAGE if isinstance(error, SettingsError) else FAILED
    console.print(f"{books} books are in the catalogue")
    return DONE


async def rebuild_catalogue(settings: Settings) -> int:
    """Empty the catalogue and fill it from the log; gives the number of books.

    Raises:
        LogUnavailable: the database did not answer; the catalogue may lack books.
        RecordDamaged: an event cannot be understood.
    """
    log, catalogue = open_log(settings), open_catalogue(settings)
    shard = Shard(log, KINDS)
    keeper = CatalogueKeeper(shard, catalogue)
    try:
        await catalogue.clear()
        head, position = await log.head(), START
        while position < head:
            batch = await log.read_all(position, _PAGE)
            for event in batch.events:
                if event.stream.kind == "book":
                    await keeper.handle(event)
            position = batch.reached
        return sum((await catalogue.counts()).values())
    finally:
        await shard.close()
        await catalogue.close()
        await log.close()


if __name__ == "__main__":
    sys.exit(main())
