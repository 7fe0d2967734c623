"""A language model that takes a fixed time for each call, in a process of its own, and knows when
it was busy."""

import asyncio
import json
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from multiprocessing import get_context
from typing import NamedTuple

from benchmarks.writing_story import SCENE_WORDS, scenes
from tests.fakes.openai_chat import ChatRequest, Reply, prose
from tests.fakes.openai_server import FakeOpenAi

SCENES = 5  # of a chapter
_DIFFERENT = 8  # chapters
_SENTENCE = re.compile(r".*?[.!?…”]\s+|.+", re.DOTALL)
_PLAN = {
    "beats": [
        {
            "title": "",
            "what": "They meet, and part again.",
            "characters": ["Hester Vane", "Oswin Tarrant"],
            "place": None,
            "words": SCENE_WORDS,
        }
    ]
    * SCENES
}


class Span(NamedTuple):
    """A time in which the model was at work, by `time.time`; whether it wrote prose."""

    begin: float
    end: float
    is_prose: bool


class Endpoint:
    """Controls the process."""

    def __init__(self, process: ProcessPoolExecutor, latency: float) -> None:
        self._process = process
        self.url = process.submit(_serve, latency).result()

    def busy(self) -> list[Span]:
        """When at least one call was being answered, since this was asked last. What a call takes
        beyond the fixed time is not the model's."""
        return _united(self._process.submit(_calls).result())


@contextmanager
def endpoint(latency: float) -> Iterator[Endpoint]:
    """An endpoint each of whose answers takes so many seconds, all of them before its first token;
    prose is streamed sentence by sentence, as fast as it is read."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        found = Endpoint(process, latency)
        try:
            yield found
        finally:
            process.submit(_stop).result()


def _united(spans: Sequence[Span]) -> list[Span]:
    united: list[Span] = []
    for span in sorted(spans):
        if united and span.begin <= united[-1].end:
            united[-1] = united[-1]._replace(end=max(united[-1].end, span.end))
        else:
            united.append(span)
    return united


# What follows runs in the process.

_servers: list[FakeOpenAi] = []
_spans: list[Span] = []


def _serve(latency: float) -> str:
    texts = cycle(asyncio.run(_texts()))

    def answer(request: ChatRequest) -> Reply | str:
        begin = time.time()
        _spans.append(Span(begin, begin + latency, request.format == "text"))
        if request.format == "text":
            text = next(texts)
            return Reply(text, pieces=_SENTENCE.findall(text))
        if "beats" in request.schema["properties"]:
            return json.dumps(_PLAN)
        return prose(request)

    server = FakeOpenAi()
    server.answer = answer
    server.latency = latency
    _servers.append(server)
    return server.url


async def _texts() -> list[str]:
    return [scene for number in range(1, _DIFFERENT + 1) for scene in await scenes(number, SCENES)]


def _calls() -> list[Span]:
    found = list(_spans)
    _spans.clear()
    return found


def _stop() -> None:
    _servers.pop().stop()
