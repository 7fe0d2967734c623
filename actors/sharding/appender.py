"""Appending to the log with patience, as the only writer of a name if need be."""

from collections.abc import Sequence

from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_delay,
    wait_random_exponential,
)

from adapters.event_log.base import Append, EventLog, Fence, Outcome
from domain.errors import FencedOut, LogUnavailable, Terminal


class Appender:
    """Repeats what a log did not answer, just as it was, for up to `seconds`.

    With a `fence_name` it claims that name before its first append.
    """

    def __init__(self, log: EventLog, fence_name: str | None, seconds: float) -> None:
        self._log = log
        self._fence_name = fence_name
        self._fence: Fence | None = None
        self._retrying = AsyncRetrying(
            retry=retry_if_exception_type(LogUnavailable),
            stop=stop_after_delay(seconds),
            wait=wait_random_exponential(multiplier=0.1, max=2),  # up to 0.1 s, 0.2 s, 0.4 s ...
            reraise=True,
        )

    async def append(self, appends: Sequence[Append]) -> Sequence[Outcome | Terminal]:
        """An outcome for each. What can never be stored is one too, and does not keep the others
        from being stored.

        Raises:
            LogUnavailable: the log did not answer; the events may have been stored.
            FencedOut: another has claimed the name; nothing was stored.
        """
        try:
            return await self._retrying(self._append, appends)
        except FencedOut:
            raise
        except Terminal as error:
            if len(appends) == 1:
                return [error]
        return [outcome for each in appends for outcome in await self.append([each])]

    async def _append(self, appends: Sequence[Append]) -> Sequence[Outcome]:
        if self._fence_name and self._fence is None:
            self._fence = await self._log.claim(self._fence_name)
        return await self._log.append(appends, self._fence)
