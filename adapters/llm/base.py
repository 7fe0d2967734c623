"""The language model port: text, streamed text, structured answers and embeddings."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from domain.book import Frozen
from domain.prompt import Origin, Prompt, Usage

T = TypeVar("T", bound=Frozen)


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer in text. From the response cache, `usage` is zero."""

    text: str
    usage: Usage
    origin: Origin


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of an answer on its way."""

    text: str


@dataclass(frozen=True, slots=True)
class Structured(Generic[T]):
    """A whole answer as a record."""

    value: T
    usage: Usage
    origin: Origin


@dataclass(frozen=True, slots=True)
class Embeddings:
    """One vector of the same length for each text, of length 1."""

    vectors: Sequence[Sequence[float]]
    usage: Usage
    origin: Origin


class LanguageModel(Protocol):
    """A language model.

    Every method raises `ModelUnavailable` (retryable: down, overloaded, breaker open; what was
    paid may be lost), `ModelRefused` (terminal: credentials, content filter, unknown model) and
    `AnswerUnusable` (terminal: cut off or not what was asked for, after all attempts to mend it).
    """

    @property
    def origin(self) -> Origin:
        """Who answers texts."""

    async def text(self, prompt: Prompt) -> Completion:
        """The answer in prose."""

    def stream(self, prompt: Prompt) -> AsyncIterator[Delta | Completion]:
        """The answer in pieces, then whole as the last item."""

    async def structured(self, prompt: Prompt, schema: type[T]) -> Structured[T]:
        """The answer as a record."""

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """Vectors of texts, for comparing by cosine."""

    async def ping(self) -> None:
        """Raise `ModelUnavailable` while the circuit breaker is open."""

    async def close(self) -> None:
        """Release connections. May be called twice."""
