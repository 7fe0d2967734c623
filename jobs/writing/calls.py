"""Calls to the language model, each begun and recorded in the ledger of its project.

What is begun and never recorded shows there as a call of unknown cost, and so do attempts whose
answers never arrived: nothing is paid silently.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import NamedTuple, TypeVar
from uuid import uuid4

from adapters.llm.base import Completion, Delta, Embeddings, LanguageModel
from domain.book import Frozen
from domain.entities.project.commands import BeginCall, RecordCall
from domain.entity import Command
from domain.errors import AnswerUnusable, NothingGained
from domain.prompt import Origin, Prompt, Purpose, Usage

T = TypeVar("T", bound=Frozen)


class Run(NamedTuple):
    """What calls are made for: their ids begin with its name; perhaps an attempt at a chapter."""

    name: str
    chapter_id: str | None = None
    attempt: int | None = None


class UnrecordedCalls:
    """A language model for who has no project: what it costs is in no ledger."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    @property
    def origin(self) -> Origin:
        """Who answers texts."""
        return self._model.origin

    async def structured(self, _step: str, prompt: Prompt, schema: type[T]) -> T:
        """See `LanguageModel`."""
        return (await self._model.structured(prompt, schema)).value


Do = Callable[[Command], Awaitable[object]]
"""Has a command carried out by the project."""


class Calls:
    """A language model whose calls are in a project's ledger. A step is called once.

    Methods raise as those of `LanguageModel` and `Entities`; `CommandRefused` says that the
    project's budget is spent.
    """

    def __init__(self, model: LanguageModel, do: Do, run: Run) -> None:
        self._model = model
        self._do = do
        self._run = run
        # What a run that was killed had begun keeps its own id, and so its place in the ledger.
        self._prefix = f"{run.name}:{uuid4().hex[:12]}"

    @property
    def origin(self) -> Origin:
        """Who answers texts."""
        return self._model.origin

    async def stream(self, step: str, prompt: Prompt) -> AsyncIterator[Delta | Completion]:
        """See `LanguageModel`; the call is recorded when the whole answer comes."""
        call_id = await self._begin(step, prompt.purpose)
        whole: Completion | None = None
        try:
            async for item in self._model.stream(prompt):
                if isinstance(item, Completion):
                    whole = item
                else:
                    yield item
        except NothingGained as error:
            await self._record_nothing(call_id, error)
            raise
        if whole is None:
            raise AnswerUnusable("the model's answer has no end: try another model")
        await self._record(call_id, whole.usage, whole.origin)
        yield whole

    async def structured(self, step: str, prompt: Prompt, schema: type[T]) -> T:
        """See `LanguageModel`."""
        call_id = await self._begin(step, prompt.purpose)
        try:
            answer = await self._model.structured(prompt, schema)
        except NothingGained as error:
            await self._record_nothing(call_id, error)
            raise
        await self._record(call_id, answer.usage, answer.origin)
        return answer.value

    async def embed(self, step: str, texts: Sequence[str]) -> Embeddings:
        """See `LanguageModel`."""
        call_id = await self._begin(step, Purpose.EMBED)
        answer = await self._model.embed(texts)
        await self._record(call_id, answer.usage, answer.origin)
        return answer

    async def _begin(self, step: str, purpose: Purpose) -> str:
        await self._model.ping()  # nothing need be noted of a call that will not be made
        call_id = f"{self._prefix}:{step}"
        await self._do(
            BeginCall(
                command_id=f"{call_id}:begin",
                call_id=call_id,
                chapter_id=self._run.chapter_id,
                purpose=purpose,
                attempt=self._run.attempt,
            )
        )
        return call_id

    async def _record_nothing(self, call_id: str, error: NothingGained) -> None:
        """What an answer that cannot be used has cost is paid like any other."""
        if error.usage is not None:
            await self._record(call_id, error.usage, self.origin)

    async def _record(self, call_id: str, usage: Usage, origin: Origin) -> None:
        await self._do(
            RecordCall(command_id=f"{call_id}:record", call_id=call_id, usage=usage, origin=origin)
        )
