"""Where a language model's figures go."""

from enum import StrEnum
from typing import Protocol

from domain.prompt import Purpose


class Tally(StrEnum):
    """What is counted of a language model."""

    CALLS = "calls"
    RETRIES = "retries"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    UNUSABLE = "unusable"
    STEPS_DOWN = "steps_down"
    REPAIRS = "repairs"
    CACHE_HITS = "cache_hits"
    PROMPT_TOKENS = "prompt_tokens"
    CACHED_TOKENS = "cached_tokens"
    COMPLETION_TOKENS = "completion_tokens"


class BreakerState(StrEnum):
    """What a circuit breaker lets through: everything, one call to try, nothing."""

    CLOSED = "closed"
    HALF_OPEN = "half-open"
    OPEN = "open"


class ModelMetrics(Protocol):
    """Where the figures of language models go."""

    def count(self, what: Tally, purpose: Purpose, number: int = 1) -> None:
        """So many more, at least one."""

    def set_breaker(self, state: BreakerState) -> None:
        """The circuit breaker's state at present."""


class NoMetrics:
    """`ModelMetrics` that keep nothing."""

    def count(self, what: Tally, purpose: Purpose, number: int = 1) -> None:
        """See `ModelMetrics`."""

    def set_breaker(self, state: BreakerState) -> None:
        """See `ModelMetrics`."""
