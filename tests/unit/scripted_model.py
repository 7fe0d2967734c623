"""A language model that says what a test wants, and counts what it was asked."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

from adapters.llm.base import Completion, Delta, Embeddings, Structured
from domain.book import Frozen
from domain.prompt import Origin, Prompt, Purpose, Usage
from domain.story.prompts.answers import (
    Adjudication,
    Beat,
    Extracted,
    MoreFindings,
    Plan,
    Ruling,
    Summary,
)
from domain.story.prompts.material import SceneMaterial

T = TypeVar("T", bound=Frozen)

USAGE = Usage(prompt=100, completion=10, money=0.5)
_WORDS = ("The", "lamp", "burned", "low", "while", "Mara", "counted", "the", "boats.")


def prose(words: int) -> str:
    """Sentences of so many words together."""
    return " ".join(_WORDS[index % len(_WORDS)] for index in range(words))


class ScriptedModel:
    """Implements `LanguageModel`.

    `words` says how many words it writes when it is asked for some, `ending` what comes after;
    `troubles` are raised by calls for a purpose, one after the other, None standing for one that
    succeeds; `pause` is awaited in the middle of each call, if there is one.
    """

    def __init__(self) -> None:
        self.asked: Counter[Purpose] = Counter()
        self.prompts: list[Prompt] = []
        self.beats = 3
        self.ending = ""
        self.words: Callable[[int], int] = lambda wanted: wanted
        self.troubles: dict[Purpose, list[Exception | None]] = {}
        self.down: Exception | None = None
        self.answers: dict[type[Frozen], Frozen] = {
            Extracted: Extracted(facts=(), setups=()),
            Summary: Summary(text="Mara counts the boats."),
            Adjudication: Adjudication(verdict=Ruling.UNSURE, why="It may be."),
            MoreFindings: MoreFindings(findings=()),
        }
        self.pause: Callable[[], asyncio.Future[None]] | None = None
        self.origin = Origin(provider="scripted", model="one")

    @property
    def calls(self) -> int:
        """How many calls were made, whatever came of them."""
        return self.asked.total()

    async def text(self, prompt: Prompt) -> Completion:
        raise NotImplementedError

    async def stream(self, prompt: Prompt) -> AsyncIterator[Delta | Completion]:
        await self._asked(prompt)
        assert isinstance(prompt.material, SceneMaterial)
        text = prose(self.words(prompt.material.words)) + self.ending
        half = len(text) // 2
        yield Delta(text[:half])
        await self._paused()
        yield Delta(text[half:])
        yield Completion(text, USAGE, self.origin)

    async def structured(self, prompt: Prompt, schema: type[T]) -> Structured[T]:
        await self._asked(prompt)
        await self._paused()
        answer = self._plan() if schema is Plan else self.answers[schema]
        assert isinstance(answer, schema)
        return Structured(answer, USAGE, self.origin)

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        self.asked[Purpose.EMBED] += 1
        await self._paused()
        return Embeddings([[1.0, 0.0] for _ in texts], USAGE, self.origin)

    async def ping(self) -> None:
        if self.down:
            raise self.down

    async def close(self) -> None:
        pass

    def _plan(self) -> Plan:
        return Plan(
            beats=tuple(
                Beat(title=f"Scene {n}", what="Mara waits.", characters=(), place=None, words=0)
                for n in range(self.beats)
            )
        )

    async def _asked(self, prompt: Prompt) -> None:
        self.asked[prompt.purpose] += 1
        self.prompts.append(prompt)
        troubles = self.troubles.get(prompt.purpose)
        if troubles and (trouble := troubles.pop(0)):
            raise trouble

    async def _paused(self) -> None:
        if self.pause:
            await self.pause()
        else:
            await asyncio.sleep(0)
