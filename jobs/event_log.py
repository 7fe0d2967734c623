"""Look after the event log: `python -m jobs.event_log upgrade | verify | show KIND/ID`.

Exit status: 0 all is well, 3 damage was found, 2 bad usage or no answer from the log.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from adapters.event_log.base import Log
from cluster.settings import load_settings
from cluster.wiring import open_log
from domain.errors import RecordDamaged, ScriptoriumError, UsageError
from domain.events import StreamId

WELL, BAD_USAGE, DAMAGED = 0, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return asyncio.run(_run(options))
    except ScriptoriumError as error:
        console = Console(stderr=True, soft_wrap=True)
        console.print(f"jobs.event_log: {error}", style="red", highlight=False, markup=False)
        return DAMAGED if isinstance(error, RecordDamaged) else BAD_USAGE


async def _run(options: argparse.Namespace) -> int:
    stream = _stream(options.stream) if getattr(options, "stream", None) else None
    log = open_log(load_settings())
    console = Console(soft_wrap=True, highlight=False)
    try:
        if options.action == "upgrade":
            return await _upgrade(log, console)
        if options.action == "verify":
            return await _verify(log, stream, console)
        return await _show(log, stream or _stream(""), console)
    finally:
        await log.close()


async def _upgrade(log: Log, console: Console) -> int:
    before, after = await log.upgrade()
    if before == after:
        console.print(f"the event log has schema {after}, the newest")
    else:
        console.print(f"the event log has schema {after} now, before it had {before or 'none'}")
    return WELL


async def _verify(log: Log, stream: StreamId | None, console: Console) -> int:
    found = 0
    async for damage in log.verify(stream):
        found += 1
        console.print(Text(f"{damage.stream} version {damage.version}: {damage.detail}"))
    console.print(f"damaged places found: {found}" if found else "no damage found")
    return DAMAGED if found else WELL


async def _show(log: Log, stream: StreamId, console: Console) -> int:
    version = 0
    async for recorded in log.read(stream):
        version, event = recorded.version, recorded.event
        time = event.occurred_at.isoformat(timespec="seconds")
        console.print(
            Text.assemble(
                f"{version:>6}  {time}  ",
                (event.type, "bold"),
                f" (schema {event.schema_version})  {event.data}  {event.metadata.to_json()}",
            )
        )
    if version == 0:
        raise UsageError(f"{stream} has no events")
    return WELL


def _stream(name: str) -> StreamId:
    kind, _, entity_id = name.partition("/")
    if not (kind and entity_id):
        raise UsageError("name a stream as KIND/ID, such as book/3f2a")
    return StreamId(kind, entity_id)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m jobs.event_log",
        description="Look after the event log that SCRIPTORIUM_DATABASE names.",
        epilog="Exit status: 0 all is well, 3 damage was found, 2 bad usage or no answer.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser(
        "upgrade",
        help="make a log of an older version, or one restored from another server, fit for use; "
        "stop everything that uses it first",
    )
    verify = actions.add_parser("verify", help="look for events that were changed or lost")
    verify.add_argument("--stream", metavar="KIND/ID", help="only this one")
    show = actions.add_parser("show", help="print the events of one stream")
    show.add_argument("stream", metavar="KIND/ID")
    return parser


if __name__ == "__main__":
    sys.exit(main())
