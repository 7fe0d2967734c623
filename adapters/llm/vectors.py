"""Embeddings of one model."""

from collections.abc import Iterator, Sequence
from functools import partial
from math import fsum, isfinite, sqrt

from adapters.llm.endpoint import Call, Endpoint
from adapters.llm.ledger import Ledger
from adapters.llm.metrics import Tally
from adapters.llm.wire import VectorAnswer, read_vectors
from domain.errors import AnswerUnusable
from domain.prompt import Purpose, Usage

_PATH = "/embeddings"
_BATCH = 128  # texts
_BATCH_CHARACTERS = 200_000
_TEXT_CHARACTERS = 20_000  # of a longer text the beginning stands for the whole


class Vectors:
    """Asks one embedding model, in batches that endpoints take."""

    def __init__(self, endpoint: Endpoint, model: str, ledger: Ledger) -> None:
        self._endpoint = endpoint
        self._model = model
        self._ledger = ledger

    async def of(self, texts: Sequence[str]) -> tuple[list[list[float]], Usage]:
        """A vector of length 1 for each text. Raises as `LanguageModel.embed`."""
        vectors: list[list[float]] = []
        used, call = Usage(), Call(Purpose.EMBED)
        read = partial(read_vectors, self._endpoint.who)
        for batch in _batches(texts):
            body = {"model": self._model, "input": batch, "encoding_format": "float"}
            answer = await self._endpoint.post(_PATH, body, read, call)
            usage = self._ledger.usage(answer.usage, sum(map(len, batch)), 0)
            if usage.prompt:
                self._endpoint.metrics.count(Tally.PROMPT_TOKENS, Purpose.EMBED, usage.prompt)
            used += usage
            vectors += self._checked(answer, len(batch))
        if len({len(vector) for vector in vectors}) > 1:
            raise AnswerUnusable(f"{self._endpoint.who} sent vectors of different lengths")
        return vectors, used.model_copy(update={"lost": call.lost})

    def _checked(self, answer: VectorAnswer, number: int) -> list[list[float]]:
        ordered = sorted(answer.data, key=lambda vector: vector.index)
        if [vector.index for vector in ordered] != list(range(number)):
            raise AnswerUnusable(f"{self._endpoint.who} did not send one vector for each text")
        return [self._unit(vector.embedding) for vector in ordered]

    def _unit(self, vector: list[float]) -> list[float]:
        length = sqrt(fsum(value * value for value in vector))
        if not length or not isfinite(length):
            raise AnswerUnusable(f"{self._endpoint.who} sent a vector without a direction")
        return [value / length for value in vector]


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    room = _BATCH_CHARACTERS
    for text in texts:
        # Endpoints refuse an empty text.
        head = text[:_TEXT_CHARACTERS] or " "
        if batch and (len(batch) == _BATCH or len(head) > room):
            yield batch
            batch, room = [], _BATCH_CHARACTERS
        batch.append(head)
        room -= len(head)
    if batch:
        yield batch
