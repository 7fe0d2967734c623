"""Chat completions of one model: what it takes of a request, and how an answer ended."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from adapters.llm.capabilities import Capabilities
from adapters.llm.endpoint import Call, Endpoint
from adapters.llm.errors import RequestRejected
from adapters.llm.ledger import Ledger
from adapters.llm.messages import Messages, characters
from adapters.llm.metrics import Tally
from adapters.llm.thoughts import Spoken
from adapters.llm.wire import WireUsage, read_chat, read_whole_chat
from domain.errors import AnswerUnusable, ModelRefused
from domain.prompt import Prompt, Usage

_PATH = "/chat/completions"
_LONGEST_TOKEN = 64  # characters on average: a stream that is longer than that does not end


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    text: str
    usage: Usage


class Chat:
    """Asks one model. A request is made plainer where the endpoint does not take a part of it."""

    def __init__(
        self, endpoint: Endpoint, model: str, capabilities: Capabilities, ledger: Ledger
    ) -> None:
        self.endpoint = endpoint
        self.capabilities = capabilities
        self._model = model
        self._ledger = ledger

    async def answer(
        self, prompt: Prompt, messages: Messages, response_format: object = None
    ) -> Answer:
        """The answer to `messages`; `prompt` says how long it may be, and what it is for.

        Raises:
            RequestRejected: perhaps because of `response_format`.
            ModelUnavailable, ModelRefused, AnswerUnusable: see `LanguageModel`.
        """
        extra = {"response_format": response_format} if response_format else {}
        read = partial(read_whole_chat, self.endpoint.who)
        call = Call(prompt.purpose)
        while True:
            body = self._body(prompt, messages) | extra
            try:
                chat = await self.endpoint.post(_PATH, body, read, call)
            except RequestRejected as error:
                if not self._make_plainer(error, body):
                    raise
            else:
                written, spoken = chat.message.text, Spoken()
                text = spoken.hear(written) + spoken.end()
                usage = self._used(call, chat.usage, messages, len(written))
                self._check_end(prompt, text, chat.finish_reason, chat.message.refusal, usage)
                return Answer(text, usage)

    async def stream(
        self, prompt: Prompt, messages: Messages
    ) -> AsyncGenerator[str | Answer, None]:
        """The answer in pieces, then whole. Raises as `answer`."""
        wants_usage = self.capabilities.stream_usage
        while True:
            body = self._body(prompt, messages) | {"stream": True}
            if wants_usage:
                body["stream_options"] = {"include_usage": True}
            has_begun = False
            try:
                async with aclosing(self._streamed(prompt, messages, body)) as pieces:
                    async for piece in pieces:
                        has_begun = True
                        yield piece
            except RequestRejected as error:
                if has_begun:
                    raise
                if not self._make_plainer(error, body):
                    if not wants_usage:
                        raise
                    wants_usage = False
            else:
                if not wants_usage:
                    self.capabilities.stream_usage = False
                return

    async def _streamed(
        self, prompt: Prompt, messages: Messages, body: dict[str, object]
    ) -> AsyncGenerator[str | Answer, None]:
        who = self.endpoint.who
        spoken = Spoken()
        call = Call(prompt.purpose)
        texts: list[str] = []
        written = 0
        room = prompt.max_tokens * _LONGEST_TOKEN
        told: WireUsage | None = None
        end = refusal = None
        chunks = self.endpoint.stream(
            _PATH,
            body,
            partial(read_chat, who),
            lambda chunk: bool(chunk.finish_reason),
            call,
        )
        async with aclosing(chunks):
            async for chunk in chunks:
                told = chunk.usage or told
                end = chunk.finish_reason or end
                refusal = chunk.message.refusal or refusal
                written += len(chunk.message.text)
                if written > room:
                    usage = self._used(call, told, messages, written)
                    raise AnswerUnusable(f"{who} writes without end", usage)
                text = spoken.hear(chunk.message.text)
                if text:
                    texts.append(text)
                    yield text
        rest = spoken.end()
        if rest:
            texts.append(rest)
            yield rest
        whole = "".join(texts)
        usage = self._used(call, told, messages, written)
        self._check_end(prompt, whole, end, refusal, usage)
        yield Answer(whole, usage)

    def _body(self, prompt: Prompt, messages: Messages) -> dict[str, object]:
        body: dict[str, object] = {
            "model": self._model,
            "messages": list(messages),
            self.capabilities.limit_name: prompt.max_tokens,
        }
        if self.capabilities.temperature:
            body["temperature"] = prompt.temperature
        return body

    def _make_plainer(self, error: RequestRejected, body: dict[str, object]) -> bool:
        """Whether something was learnt because of which another request may be taken."""
        known = self.capabilities
        if error.parameter == "max_tokens" and "max_tokens" in body:
            known.limit_name = "max_completion_tokens"
            return True
        if error.parameter == "temperature" and "temperature" in body:
            known.temperature = False
            return True
        return False

    def _used(
        self,
        call: Call,
        told: WireUsage | None,
        messages: Messages,
        length: int,
    ) -> Usage:
        usage = self._ledger.usage(told, characters(messages), length)
        for tally, number in (
            (Tally.PROMPT_TOKENS, usage.prompt),
            (Tally.CACHED_TOKENS, usage.cached),
            (Tally.COMPLETION_TOKENS, usage.completion),
        ):
            if number:
                self.endpoint.metrics.count(tally, call.purpose, number)
        return usage.model_copy(update={"lost": call.lost})

    def _check_end(
        self, prompt: Prompt, text: str, end: str | None, refusal: str | None, usage: Usage
    ) -> None:
        who = self.endpoint.who
        if end == "content_filter":
            raise ModelRefused(f"{who}: the content filter stopped the answer", usage)
        if refusal:
            raise ModelRefused(f"{who} declines to answer", usage)
        if end in {"length", "max_tokens"}:
            raise AnswerUnusable(
                f"the answer of {who} was cut off at {prompt.max_tokens} tokens; "
                "ask for less, or allow more",
                usage,
            )
        if end in {"tool_calls", "function_call"} or not text.strip():
            raise AnswerUnusable(f"{who} gave an empty answer", usage)
