"""A circuit breaker: an endpoint that is down is left alone for a while."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from purgatory.domain.model import CLOSED, HALF_OPENED, OPENED, Context, OpenedState

from adapters.llm.errors import NoAnswer
from adapters.llm.metrics import BreakerState
from domain.errors import ModelUnavailable

_logger = logging.getLogger(__name__)

_STATES = {
    CLOSED: BreakerState.CLOSED,
    HALF_OPENED: BreakerState.HALF_OPEN,
    OPENED: BreakerState.OPEN,
}


class Breaker:
    """Opens after so many outages in a row; after `seconds` it lets one call through to try.

    Only an outage counts: who answers "busy" or refuses a request is there. What is cancelled
    says nothing. `note` is called with the state at each look at it. `clock` is in seconds.
    """

    def __init__(
        self,
        who: str,
        *,
        failures: int,
        seconds: float,
        note: Callable[[BreakerState], None],
        clock: Callable[[], float],
    ) -> None:
        self._who = who
        self._seconds = seconds
        self._note = note
        self._clock = clock
        self._context = Context(who, failures, seconds)
        self._state = BreakerState.CLOSED
        self._is_trying = False

    @property
    def state(self) -> BreakerState:
        """What is let through; open until a call is let through to try."""
        return _STATES[self._context.state]

    def check(self) -> None:
        """Raise `ModelUnavailable` while calls are not let through."""
        self._look()
        opened_at = self._context.opened_at
        if self.state is BreakerState.OPEN and opened_at is not None:
            left = opened_at + self._seconds - self._clock()
            if left >= 0:
                raise ModelUnavailable(
                    f"{self._who} has failed repeatedly; it is left alone for {left:.0f} seconds"
                )
        if self.state is BreakerState.HALF_OPEN and self._is_trying:
            raise ModelUnavailable(f"{self._who} has failed repeatedly; one call is trying it")

    @contextmanager
    def guard(self, *, is_whole: bool = True) -> Iterator[None]:
        """Around an attempt, or around the beginning of one (`is_whole` false), whose end is told
        by `succeeded` or `failed`.

        Raises:
            ModelUnavailable: the attempt may not be made.
        """
        self.check()
        try:
            self._context.handle_new_request()
        except OpenedState as error:  # its clock and ours may differ by a moment
            raise ModelUnavailable(f"{self._who} has failed repeatedly") from error
        trying = self.state is BreakerState.HALF_OPEN
        self._is_trying = self._is_trying or trying
        self._look()
        try:
            yield
        except NoAnswer as error:
            self.failed(error)
            raise
        except Exception:
            self.succeeded()  # an answer, if an unwelcome one
            raise
        else:
            if is_whole or trying:
                self.succeeded()
        finally:
            if trying:
                self._is_trying = False

    def succeeded(self) -> None:
        """The endpoint has answered."""
        self._context.handle_end_request()
        self._look()

    def failed(self, error: NoAnswer) -> None:
        """The endpoint has not answered, or was busy."""
        if error.is_outage:
            self._context.handle_exception(error)
            self._look()
        else:
            self.succeeded()

    def _look(self) -> None:
        self._context.messages.clear()  # nobody listens to them
        self._note(self.state)
        if self.state is not self._state:
            self._state = self.state
            _logger.warning("%s: the circuit breaker is %s", self._who, self._state)
