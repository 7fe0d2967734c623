"""Commands that somebody waits for, and the answers that were given last."""

import asyncio
from copy import copy
from dataclasses import dataclass

from cachetools import FIFOCache

from domain.entity import Command, Executed, Origin
from domain.errors import ScriptoriumError
from domain.events import StreamId


@dataclass(slots=True, eq=False)
class Request:
    """A command that somebody waits for; `attempts` counts how often other writers thwarted it."""

    command: Command
    origin: Origin
    expected_version: int | None
    answer: "asyncio.Future[Executed]"
    attempts: int = 0

    def settle(self, answer: Executed | ScriptoriumError) -> None:
        """Give the answer or raise the error, if anybody still waits."""
        if self.answer.done():
            return
        if isinstance(answer, Executed):
            self.answer.set_result(answer)
        else:
            # An error is often that of many requests, and a traceback belongs to one of them.
            self.answer.set_exception(copy(answer))


class RecentAnswers:
    """The answers to the commands carried out last, at most `limit`. They are facts of the log, and
    stay true."""

    def __init__(self, limit: int) -> None:
        self._answers: FIFOCache[tuple[StreamId, str], Executed] = FIFOCache(limit)

    def get(self, stream: StreamId, command_id: str) -> Executed | None:
        """The first answer to a command, marked as repeated; None when it is not remembered."""
        answer = self._answers.get((stream, command_id))
        return answer and answer.model_copy(update={"repeated": True})

    def put(self, stream: StreamId, command_id: str, answer: Executed) -> None:
        """Remember an answer, and forget the oldest when there are too many."""
        self._answers[stream, command_id] = answer
