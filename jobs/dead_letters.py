"""The events that consumers gave up on: `python -m jobs.dead_letters list|show|replay|discard`.

Needs the event log only, no Ray. A dead letter that is to be replayed is marked in the log; the
dispatcher looks for such marks every second or so, whether it runs already or is started later.

Exit status: 0 done, 1 the log does not answer, 2 bad usage, 3 there is no such dead letter.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from adapters.event_log.base import ConsumerLog, DeadLetter
from cluster.settings import load_settings
from cluster.wiring import open_log
from domain.errors import Retryable, ScriptoriumError

DONE, NO_LOG, BAD_USAGE, NONE_FOUND = 0, 1, 2, 3

_PAGE = 1000  # dead letters
_MOST_LISTED = 10_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return asyncio.run(_run(options))
    except ScriptoriumError as error:
        print(f"jobs.dead_letters: {error}", file=sys.stderr)
        return NO_LOG if isinstance(error, Retryable) else BAD_USAGE


async def _run(options: argparse.Namespace) -> int:
    log = open_log(load_settings())
    try:
        match options.action:
            case "list":
                return await _list(log, options)
            case "show":
                return await _show(log, options)
            case "replay":
                found = await log.request_replay(options.consumer, options.event_id)
                return _report(found, "marked", options, "the dispatcher replays them when it runs")
            case _:
                found = await _discard(log, options.consumer, options.event_id)
                return _report(found, "discarded", options)
    finally:
        await log.close()


async def _list(log: ConsumerLog, options: argparse.Namespace) -> int:
    letters = await log.dead_letters(options.consumer, limit=options.limit)
    if options.json:
        print(json.dumps([_summary(letter) for letter in letters], ensure_ascii=False))
        return DONE
    for letter in letters:
        print(_headline(letter), "    " + letter.error.partition("\n")[0], sep="\n")
    counts = await log.count_dead_letters()
    total = sum(n for name, n in counts.items() if options.consumer in {None, name})
    print(f"{len(letters)} of {total} dead letters", file=sys.stderr)
    return DONE


async def _show(log: ConsumerLog, options: argparse.Namespace) -> int:
    letter = await log.dead_letter(options.consumer, options.event_id)
    if letter is None:
        return _report(0, "found", options)
    if options.json:
        print(json.dumps(_everything(letter), ensure_ascii=False))
        return DONE
    for name, value in _everything(letter).items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        print(f"{name:15} {text}")
    return DONE


async def _discard(log: ConsumerLog, consumer: str, event_id: UUID | None) -> int:
    """Remove one dead letter, or all there are by now; gives how many."""
    if event_id:
        return int(await log.discard(consumer, event_id))
    removed = 0
    left = (await log.count_dead_letters()).get(consumer, 0)
    while left > 0 and (letters := await log.dead_letters(consumer, limit=min(left, _PAGE))):
        left -= len(letters)
        for letter in letters:
            removed += await log.discard(consumer, letter.event.event.event_id)
    return removed


def _report(found: int, done: str, options: argparse.Namespace, remark: str = "") -> int:
    """Say how many dead letters something was done to; gives the exit status."""
    if options.json:
        print(json.dumps({done: found}))
    elif found:
        print(f"dead letters {done}: {found}" + (f"; {remark}" if remark else ""))
    if found:
        return DONE
    which = f"of event {options.event_id}" if options.event_id else "left"
    print(f"jobs.dead_letters: {options.consumer} has no dead letter {which}", file=sys.stderr)
    return NONE_FOUND


def _headline(letter: DeadLetter) -> str:
    event = letter.event
    return (
        f"{letter.consumer} {event.event.event_id} {event.event.type} of {event.stream} "
        f"version {event.version}, attempts: {letter.attempts}, "
        f"{letter.died_at.isoformat(' ', 'seconds')}" + (", to be replayed" * letter.replay)
    )


def _summary(letter: DeadLetter) -> dict[str, object]:
    event = letter.event
    return {
        "consumer": letter.consumer,
        "event_id": str(event.event.event_id),
        "stream": str(event.stream),
        "version": event.version,
        "type": event.event.type,
        "attempts": letter.attempts,
        "error": letter.error,
        "died_at": letter.died_at.isoformat(),
        "replay": letter.replay,
    }


def _everything(letter: DeadLetter) -> dict[str, object]:
    event = letter.event.event
    return _summary(letter) | {
        "occurred_at": event.occurred_at.isoformat(),
        "schema_version": event.schema_version,
        "data": event.data,
        "metadata": asdict(event.metadata),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m jobs.dead_letters",
        description="The events that consumers of the log gave up on.",
        epilog="Exit status: 0 done, 1 no log, 2 bad usage, 3 no such dead letter.",
    )
    json_option = argparse.ArgumentParser(add_help=False)
    json_option.add_argument("--json", action="store_true", help="print one line of JSON")
    actions = parser.add_subparsers(dest="action", required=True)

    lists = actions.add_parser("list", parents=[json_option], help="in the order of the log")
    lists.add_argument("--consumer", help="those of one consumer only")
    lists.add_argument("--limit", type=_count, default=100, help="most to list (100)")

    show = actions.add_parser("show", parents=[json_option], help="all about one")
    show.add_argument("consumer")
    show.add_argument("event_id", type=UUID)

    for name, what in (
        ("replay", "have events handled again by their consumer"),
        ("discard", "forget events for good"),
    ):
        action = actions.add_parser(name, parents=[json_option], help=what)
        action.add_argument("consumer")
        which = action.add_mutually_exclusive_group(required=True)
        which.add_argument("event_id", type=UUID, nargs="?")
        which.add_argument("--all", action="store_true", help="all that the consumer has")
    return parser


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= _MOST_LISTED:
        raise argparse.ArgumentTypeError(f"1 to {_MOST_LISTED}")
    return count


if __name__ == "__main__":
    sys.exit(main())
