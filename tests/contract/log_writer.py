"""A process that appends to an event log as fast as it can: `python -m tests.contract.log_writer
SEED COUNT`. Prints the ids of acknowledged events, one a line."""

import asyncio
import random
import sys

from adapters.event_log.base import Append, Appended, Conflict, Fence, Log
from cluster.settings import load_settings
from cluster.wiring import open_log
from domain.errors import FencedOut
from domain.events import StreamId
from tests.contract.sample_events import an_event

STREAMS = [StreamId("book", f"b{n}") for n in range(4)]
FENCE = "shard-1"


async def write(log: Log, chance: random.Random, count: int) -> None:
    """Events for one to three streams an append; now and then everybody else is fenced out."""
    versions = dict.fromkeys(STREAMS, 0)
    fence: Fence = await log.claim(FENCE)
    left = [an_event(f"{n}") for n in range(count)]
    while left:
        streams = chance.sample(STREAMS, min(chance.randint(1, 3), len(left)))
        tried = [
            Append(stream, versions[stream], [event])
            for stream, event in zip(streams, left, strict=False)
        ]
        try:
            outcomes = await log.append(tried, fence)
        except FencedOut:
            fence = await log.claim(FENCE)
            continue
        for append, outcome in zip(tried, outcomes, strict=True):
            assert isinstance(outcome, Appended | Conflict), outcome
            versions[append.stream] = outcome.version
            if isinstance(outcome, Appended):
                left.remove(append.events[0])
                print(append.events[0].event_id, flush=True)


async def main() -> None:
    seed, count = map(int, sys.argv[1:])
    log = open_log(load_settings())
    try:
        await write(log, random.Random(seed), count)
    finally:
        await log.close()


if __name__ == "__main__":
    asyncio.run(main())
