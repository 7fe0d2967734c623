"""An OpenAI-compatible endpoint: the one place where calls are bounded, timed and repeated."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from openai import AsyncOpenAI, AsyncStream, Timeout
from pydantic import SecretStr
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from adapters.llm.breaker import Breaker
from adapters.llm.errors import Fault, NoAnswer, translating
from adapters.llm.metrics import ModelMetrics, Tally
from domain.errors import ModelRefused, ModelUnavailable
from domain.prompt import Purpose

_logger = logging.getLogger(__name__)

_CONNECT_SECONDS = 10.0
_LONGEST_BACKOFF = 30.0
_STREAM_LIFE = 10  # a stream may last so many times longer than it may be silent
_NO_KEY = "none"  # else the client looks for another endpoint's key in the environment

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds` an attempt may take, or a stream be silent; no attempt begins after
    `retry_seconds`; the circuit breaker opens after `outages` in a row for `rest_seconds`."""

    seconds: float = 120.0
    attempts: int = 4
    retry_seconds: float = 120.0
    parallel: int = 8
    outages: int = 5
    rest_seconds: float = 30.0


@dataclass(slots=True)
class Call:
    """A call: what it is for, and how many attempts may have been paid whose answers never
    arrived."""

    purpose: Purpose
    lost: int = 0


class Endpoint:
    """Sends requests. Belongs to the event loop in which it is first used."""

    def __init__(  # noqa: PLR0913 - settings, by name
        self,
        url: str,
        key: SecretStr | None,
        limits: Limits,
        metrics: ModelMetrics,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`url` is plain: without credentials, since messages name its host. `clock` is the
        circuit breaker's, in seconds."""
        self.url = url.rstrip("/")
        self.who = f"the language model at {urlsplit(url).netloc}"
        self.metrics = metrics
        self._limits = limits
        self._sleep = sleep
        self._places = asyncio.Semaphore(limits.parallel)
        self.breaker = Breaker(
            self.who,
            failures=limits.outages,
            seconds=limits.rest_seconds,
            note=metrics.set_breaker,
            clock=clock,
        )
        self._client = AsyncOpenAI(
            base_url=self.url,
            api_key=key.get_secret_value() if key else _NO_KEY,
            max_retries=0,
            timeout=Timeout(limits.seconds, connect=min(_CONNECT_SECONDS, limits.seconds)),
        )

    async def post(
        self,
        path: str,
        body: Mapping[str, object],
        parse: Callable[[object], T],
        call: Call,
    ) -> T:
        """The answer, parsed. `parse` raises `NoAnswer` where another attempt is worth it.

        Raises:
            ModelUnavailable: no answer, after all attempts; or the circuit breaker is open.
            ModelRefused, RequestRejected: as answered.
        """

        async def attempt() -> T:
            async with self._places:
                with self.breaker.guard(), translating(self.who):
                    async with asyncio.timeout(self._limits.seconds):
                        self.metrics.count(Tally.CALLS, call.purpose)
                        answer = await self._client.post(
                            path, cast_to=object, body=body, options={"follow_redirects": False}
                        )
                    return parse(answer)

        return await self._repeat(attempt, call)

    async def stream(
        self,
        path: str,
        body: Mapping[str, object],
        parse: Callable[[object], T],
        is_last: Callable[[T], bool],
        call: Call,
    ) -> AsyncGenerator[T, None]:
        """An answer's pieces, parsed. Only its beginning is tried again.

        Raises:
            ModelUnavailable, ModelRefused, RequestRejected: as `post`; also where no piece was
                the last.
        """
        held, pieces, first = await self._repeat(
            lambda: self._begin(path, body, call.purpose), call
        )
        async with held:
            end = asyncio.get_running_loop().time() + _STREAM_LIFE * self._limits.seconds
            ended = False
            piece: object = first
            try:
                while piece is not None:
                    with translating(self.who):
                        parsed = parse(piece)
                    ended = ended or is_last(parsed)
                    yield parsed
                    piece = await self._next(pieces, end)
                if not ended:
                    raise NoAnswer(f"{self.who} broke off in the middle of an answer")  # noqa: TRY301
            except NoAnswer as error:
                self.breaker.failed(error)
                raise ModelUnavailable(str(error)) from None
            self.breaker.succeeded()

    async def close(self) -> None:
        """Drop all connections."""
        await self._client.close()

    async def _begin(
        self, path: str, body: Mapping[str, object], purpose: Purpose
    ) -> tuple[AsyncExitStack, AsyncStream[object], object]:
        async with AsyncExitStack() as held:
            await held.enter_async_context(self._places)
            with self.breaker.guard(is_whole=False), translating(self.who):
                async with asyncio.timeout(self._limits.seconds):
                    self.metrics.count(Tally.CALLS, purpose)
                    pieces = await self._client.post(
                        path,
                        cast_to=object,
                        body=body,
                        options={"follow_redirects": False},
                        stream=True,
                        stream_cls=AsyncStream[object],
                    )
                    held.push_async_callback(pieces.close)
                    first = await anext(pieces, None)
                if first is None:
                    raise self._no_stream(pieces)
            return held.pop_all(), pieces, first

    def _no_stream(self, pieces: AsyncStream[object]) -> Fault:
        kind = pieces.response.headers.get("content-type", "")
        if kind.startswith("text/event-stream"):
            return NoAnswer(f"{self.who} broke off before an answer", is_lost=True)
        return ModelRefused(f"{self.who} does not stream as OpenAI's API does; check its address")

    async def _next(self, pieces: AsyncStream[object], end: float) -> object | None:
        now = asyncio.get_running_loop().time()
        with translating(self.who):
            async with asyncio.timeout_at(min(now + self._limits.seconds, end)):
                return await anext(pieces, None)

    async def _repeat(self, attempt: Callable[[], Awaitable[T]], call: Call) -> T:
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(NoAnswer),
            stop=stop_after_attempt(self._limits.attempts)
            | stop_before_delay(self._limits.retry_seconds),
            wait=_wait,
            before_sleep=lambda state: self._note_retry(state, call.purpose),
            sleep=self._sleep,
            reraise=True,
        )

        async def once() -> T:
            try:
                return await attempt()
            except NoAnswer as error:
                call.lost += error.is_lost
                raise

        try:
            result: T = await retrying(once)
        except NoAnswer as error:
            raise ModelUnavailable(str(error)) from None
        return result

    def _note_retry(self, state: RetryCallState, purpose: Purpose) -> None:
        self.metrics.count(Tally.RETRIES, purpose)
        _logger.warning(
            "attempt %d failed, next in %.1f seconds: %s",
            state.attempt_number,
            state.upcoming_sleep,
            state.outcome.exception() if state.outcome else None,
        )


_backoff = wait_random_exponential(multiplier=1, min=0.5, max=_LONGEST_BACKOFF)


def _wait(state: RetryCallState) -> float:
    """As long as the endpoint asks, and never less than the backoff."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.after if isinstance(error, NoAnswer) else 0.0
    return max(asked, _backoff(state))
