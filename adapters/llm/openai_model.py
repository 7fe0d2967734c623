"""A language model behind any endpoint that speaks OpenAI's chat completions."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import TypeVar

from pydantic import ValidationError

from adapters.llm.base import Completion, Delta, Embeddings, Structured
from adapters.llm.capabilities import capabilities_of
from adapters.llm.chat import Answer, Chat
from adapters.llm.endpoint import Endpoint
from adapters.llm.errors import RequestRejected
from adapters.llm.ladder import Ladder
from adapters.llm.ledger import Ledger
from adapters.llm.messages import messages_of
from adapters.llm.metrics import Tally
from adapters.llm.prices import Prices
from adapters.llm.response_cache import ResponseCache, digest_of
from adapters.llm.vectors import Vectors
from domain.book import Frozen
from domain.errors import AnswerUnusable, ModelRefused, ModelUnavailable
from domain.prompt import Origin, Prompt, Purpose, Usage

T = TypeVar("T", bound=Frozen)

_TALLIES: dict[type[Exception], Tally] = {
    ModelUnavailable: Tally.UNAVAILABLE,
    ModelRefused: Tally.REFUSED,
    AnswerUnusable: Tally.UNUSABLE,
}


class OpenAiModel:
    """See `LanguageModel`. Calls are bounded, timed and repeated by the `Endpoint` alone.

    With a `cache`, an answer that was given before is given again, at any temperature; its usage
    is zero. Of a stream the beginning is tried again, but nothing once a piece was given.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        model: str,
        *,
        embedding_model: str | None = None,
        prices: Prices | None = None,
        cache: ResponseCache | None = None,
    ) -> None:
        prices = prices or {}
        self._endpoint = endpoint
        self._model = model
        self._cache = cache
        capabilities = capabilities_of(endpoint.url, model)
        self._chat = Chat(endpoint, model, capabilities, Ledger(prices.get(model)))
        self._embedding_model = embedding_model
        self._vectors = embedding_model and Vectors(
            endpoint, embedding_model, Ledger(prices.get(embedding_model))
        )

    @property
    def origin(self) -> Origin:
        """See `LanguageModel`."""
        return Origin(provider="openai", model=self._model)

    async def text(self, prompt: Prompt) -> Completion:
        """See `LanguageModel`."""
        digest = self._digest(prompt)
        kept = await self._kept(digest, prompt.purpose)
        if kept is not None:
            return Completion(kept, Usage(), self.origin)
        with self._counting(prompt.purpose):
            answer = await self._chat.answer(prompt, messages_of(prompt))
        await self._keep(digest, answer.text)
        return Completion(answer.text, answer.usage, self.origin)

    async def stream(self, prompt: Prompt) -> AsyncIterator[Delta | Completion]:
        """See `LanguageModel`. Who does not read to the end closes the iterator."""
        digest = self._digest(prompt)
        kept = await self._kept(digest, prompt.purpose)
        if kept is not None:
            yield Delta(kept)
            yield Completion(kept, Usage(), self.origin)
            return
        with self._counting(prompt.purpose):
            async with aclosing(self._chat.stream(prompt, messages_of(prompt))) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Answer):
                        await self._keep(digest, piece.text)
                        yield Completion(piece.text, piece.usage, self.origin)
                    else:
                        yield Delta(piece)

    async def structured(self, prompt: Prompt, schema: type[T]) -> Structured[T]:
        """See `LanguageModel`."""
        digest = self._digest(prompt, schema)
        kept = await self._kept(digest, prompt.purpose)
        if kept is not None:
            try:
                return Structured(schema.model_validate_json(kept), Usage(), self.origin)
            except ValidationError:
                pass  # the record has got stricter since
        with self._counting(prompt.purpose):
            ladder = Ladder(self._chat, prompt, schema)
            value = await ladder.record()
        await self._keep(digest, value.model_dump_json())
        return Structured(value, ladder.used, self.origin)

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """See `LanguageModel`. Raises `ModelRefused` without an embedding model."""
        if not self._vectors or not self._embedding_model:
            raise ModelRefused("no embedding model is set: set SCRIPTORIUM_LLM_EMBEDDING_MODEL")
        with self._counting(Purpose.EMBED):
            vectors, used = await self._vectors.of(texts)
        return Embeddings(vectors, used, Origin(provider="openai", model=self._embedding_model))

    async def ping(self) -> None:
        """See `LanguageModel`."""
        self._endpoint.breaker.check()

    async def close(self) -> None:
        """See `LanguageModel`."""
        await self._endpoint.close()
        if self._cache:
            await self._cache.close()

    def _digest(self, prompt: Prompt, schema: type[Frozen] | None = None) -> str:
        return digest_of(self._endpoint.url, self._model, prompt, schema) if self._cache else ""

    async def _kept(self, digest: str, purpose: Purpose) -> str | None:
        kept = await self._cache.get(digest) if self._cache else None
        if kept is not None:
            self._endpoint.metrics.count(Tally.CACHE_HITS, purpose)
        return kept

    async def _keep(self, digest: str, text: str) -> None:
        if self._cache:
            await self._cache.put(digest, text)

    @contextmanager
    def _counting(self, purpose: Purpose) -> Iterator[None]:
        try:
            yield
        except RequestRejected as error:
            self._endpoint.metrics.count(Tally.REFUSED, purpose)
            raise ModelRefused(str(error)) from None
        except tuple(_TALLIES) as error:
            self._endpoint.metrics.count(_TALLIES[type(error)], purpose)
            raise
