"""Structured answers, as strictly as the endpoint allows, and always checked."""

from typing import Generic, NamedTuple, TypeVar

from adapters.llm.capabilities import Format
from adapters.llm.chat import Answer, Chat
from adapters.llm.errors import RequestRejected
from adapters.llm.example import Example
from adapters.llm.extraction import Mismatch, Reader
from adapters.llm.messages import Messages, messages_of
from adapters.llm.metrics import Tally
from adapters.llm.schema import schema_name, wire_schema
from domain.book import Frozen
from domain.errors import AnswerUnusable, NothingGained
from domain.prompt import Prompt, Usage

T = TypeVar("T", bound=Frozen)

_LONGEST_REPEATED = 20_000  # characters of a bad answer that are shown to its author


class _Bad(NamedTuple):
    answer: Answer
    mismatch: Mismatch


class Ladder(Generic[T]):
    """Asks for one record: by schema, else as JSON by an example, else in words.

    A step down is made where the endpoint rejects the form, or gives what nobody could who keeps
    to it. Then there is one turn to mend what is wrong. What worked is remembered of the
    endpoint's model.
    """

    def __init__(self, chat: Chat, prompt: Prompt, kind: type[T]) -> None:
        self._chat = chat
        self._prompt = prompt
        self._kind = kind
        self._schema = wire_schema(kind)
        self._example = Example(kind)
        self._reader = Reader(kind, self._example.value)
        known = chat.capabilities.format
        self._form = Format.OBJECT if self._schema is None and known is Format.SCHEMA else known
        self._has_stepped = False
        self.used = Usage()
        """What all calls have used so far."""

    async def record(self) -> T:
        """The answer. Raises as `LanguageModel.structured`."""
        while True:
            plainer = self._form.plainer
            try:
                result = await self._ask(self._messages())
            except RequestRejected:
                if plainer is None:
                    raise
            else:
                if not isinstance(result, _Bad):
                    return result
                if plainer is None or not result.mismatch.is_shapeless:
                    return await self._mend(result)
            self._chat.endpoint.metrics.count(Tally.STEPS_DOWN, self._prompt.purpose)
            self._form, self._has_stepped = plainer, True

    async def _mend(self, bad: _Bad) -> T:
        self._chat.endpoint.metrics.count(Tally.REPAIRS, self._prompt.purpose)
        problems = "\n".join(f"- {problem}" for problem in bad.mismatch.problems)
        turns = (
            {"role": "assistant", "content": bad.answer.text[:_LONGEST_REPEATED]},
            {
                "role": "user",
                "content": f"This cannot be used:\n{problems}\n\n{self._example.form()}",
            },
        )
        result = await self._ask(self._messages() + turns)
        if isinstance(result, _Bad):
            raise AnswerUnusable(
                f"{self._chat.endpoint.who} did not give a {self._kind.__name__}: "
                + "; ".join(result.mismatch.problems),
                self.used,
            )
        return result

    async def _ask(self, messages: Messages) -> T | _Bad:
        try:
            answer = await self._chat.answer(self._prompt, messages, self._response_format())
        except NothingGained as error:
            if error.usage is not None:
                error.usage = self.used = self.used + error.usage
            raise
        self.used += answer.usage
        try:
            value = self._reader.read(answer.text)
        except Mismatch as mismatch:
            return _Bad(answer, mismatch)
        if self._has_stepped:
            self._chat.capabilities.format = self._form
        return value

    def _messages(self) -> Messages:
        return messages_of(
            self._prompt, "" if self._form is Format.SCHEMA else self._example.form()
        )

    def _response_format(self) -> object:
        match self._form:
            case Format.SCHEMA:
                named = {"name": schema_name(self._kind), "strict": True, "schema": self._schema}
                return {"type": "json_schema", "json_schema": named}
            case Format.OBJECT:
                return {"type": "json_object"}
            case Format.TEXT:
                return None
