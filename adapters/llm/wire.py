"""What an endpoint answers, read leniently: compatible endpoints differ in what they leave out."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, ValidationError, WrapValidator

from adapters.llm.errors import NoAnswer, reported
from domain.errors import ModelRefused

R = TypeVar("R", bound=BaseModel)


def _none_if_odd(value: Any, read: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - pydantic's
    try:
        return read(value)
    except ValidationError:
        return None


Tokens = Annotated[int, Field(ge=0, le=1_000_000_000)]


class PromptDetails(BaseModel):
    """Where the prompt's tokens came from."""

    cached_tokens: Tokens | None = None


class WireUsage(BaseModel):
    """Tokens as endpoints count them."""

    prompt_tokens: Tokens
    completion_tokens: Tokens = 0
    prompt_tokens_details: PromptDetails | None = None
    prompt_cache_hit_tokens: Tokens | None = None

    @property
    def cached(self) -> int:
        """Tokens of the prompt that were read from a cache, by either name in use."""
        details = self.prompt_tokens_details
        named = details.cached_tokens if details else None
        return min(named or self.prompt_cache_hit_tokens or 0, self.prompt_tokens)


OptionalUsage = Annotated[WireUsage | None, WrapValidator(_none_if_odd)]


class Part(BaseModel):
    """A part of a message that comes in parts."""

    text: str | None = None


class Message(BaseModel):
    """A message, or a piece of one."""

    content: str | list[Part] | None = None
    refusal: str | None = None

    @property
    def text(self) -> str:
        """Its words."""
        if isinstance(self.content, list):
            return "".join(part.text or "" for part in self.content)
        return self.content or ""


class Choice(BaseModel):
    """An answer; in a stream a piece of one."""

    message: Message | None = None
    delta: Message | None = None
    finish_reason: str | None = None


class ChatAnswer(BaseModel):
    """A chat completion, or a chunk of one."""

    choices: list[Choice] | None = None
    usage: OptionalUsage = None

    @property
    def message(self) -> Message:
        """The first choice's words."""
        choice = self.choices[0] if self.choices else Choice()
        return choice.message or choice.delta or Message()

    @property
    def finish_reason(self) -> str | None:
        """Why the first choice ended; None while it goes on."""
        return self.choices[0].finish_reason if self.choices else None


class Vector(BaseModel):
    """An embedding."""

    index: int
    embedding: list[Annotated[float, Field(allow_inf_nan=False)]] = Field(max_length=100_000)


class VectorAnswer(BaseModel):
    """Embeddings."""

    data: list[Vector]
    usage: OptionalUsage = None


def read_chat(who: str, answer: object) -> ChatAnswer:
    """A chat completion. Raises as `Endpoint.post` expects."""
    return _read(who, answer, ChatAnswer)


def read_whole_chat(who: str, answer: object) -> ChatAnswer:
    """A chat completion that is not a chunk. Raises as `Endpoint.post` expects."""
    chat = read_chat(who, answer)
    if not chat.choices:
        raise NoAnswer(f"{who} sent an answer without an answer in it", is_lost=True)
    return chat


def read_vectors(who: str, answer: object) -> VectorAnswer:
    """Embeddings. Raises as `Endpoint.post` expects."""
    return _read(who, answer, VectorAnswer)


def _read(who: str, answer: object, kind: type[R]) -> R:
    if not isinstance(answer, dict):
        raise ModelRefused(f"{who} does not answer as OpenAI's API does; check its address")
    if answer.get("error"):
        raise reported(who, answer["error"])
    try:
        return kind.model_validate(answer)
    except ValidationError:
        raise NoAnswer(f"{who} sent an answer that cannot be understood", is_lost=True) from None
