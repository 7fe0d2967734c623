"""A language model that writes, and another one that makes the vectors."""

from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from adapters.llm.base import Completion, Delta, Embeddings, LanguageModel, Structured
from domain.book import Frozen
from domain.prompt import Origin, Prompt

T = TypeVar("T", bound=Frozen)


class Composed:
    """See `LanguageModel`: texts by `writer`, vectors by `embedder`."""

    def __init__(self, writer: LanguageModel, embedder: LanguageModel) -> None:
        self._writer = writer
        self._embedder = embedder

    @property
    def origin(self) -> Origin:
        """See `LanguageModel`."""
        return self._writer.origin

    async def text(self, prompt: Prompt) -> Completion:
        """See `LanguageModel`."""
        return await self._writer.text(prompt)

    def stream(self, prompt: Prompt) -> AsyncIterator[Delta | Completion]:
        """See `LanguageModel`."""
        return self._writer.stream(prompt)

    async def structured(self, prompt: Prompt, schema: type[T]) -> Structured[T]:
        """See `LanguageModel`."""
        return await self._writer.structured(prompt, schema)

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """See `LanguageModel`."""
        return await self._embedder.embed(texts)

    async def ping(self) -> None:
        """See `LanguageModel`."""
        await self._writer.ping()

    async def close(self) -> None:
        """See `LanguageModel`."""
        await self._writer.close()
        await self._embedder.close()
