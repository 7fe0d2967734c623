"""Metrics, as Ray exports them to Prometheus. Labels have few values: never an id."""

from enum import StrEnum
from typing import Protocol

from ray.util.metrics import Counter, Gauge

from adapters.llm import metrics as llm
from domain.prompt import Purpose


class Tally(StrEnum):
    """What is counted of a consumer of the event log."""

    HANDLED = "handled"
    RETRIES = "retries"
    GIVEN_UP = "given_up"
    LOG_UNAVAILABLE = "log_unavailable"
    RESTARTS = "restarts"


class Level(StrEnum):
    """What rises and falls with a consumer of the event log."""

    LAG = "lag_events"
    IN_FLIGHT = "in_flight_events"
    DEAD_LETTERS = "dead_letters"


_MEANINGS = {
    Tally.HANDLED: "Events whose handler succeeded.",
    Tally.RETRIES: "Attempts that failed and were repeated.",
    Tally.GIVEN_UP: "Events that became dead letters.",
    Tally.LOG_UNAVAILABLE: "Calls that the event log did not answer.",
    Tally.RESTARTS: "Times that delivery failed as a whole and was begun anew.",
    Level.LAG: "Events of the log that the consumer is not done with.",
    Level.IN_FLIGHT: "Events that were read and are not done.",
    Level.DEAD_LETTERS: "Dead letters that are kept.",
}


class ConsumerMetrics(Protocol):
    """Where the figures of consumers go."""

    def count(self, consumer: str, what: Tally) -> None:
        """One more."""

    def set(self, consumer: str, what: Level, value: int) -> None:
        """So many at present."""


class RayConsumerMetrics:
    """`ConsumerMetrics` as `ray_scriptorium_consumer_...{consumer="NAME"}`, in a process of Ray's.

    A gauge is exported once for each time it is set: set it more often than Prometheus looks.
    """

    def __init__(self) -> None:
        # Ray puts "ray_" before all names and "_total" after those of counters.
        self._tallies = {
            what: Counter(f"scriptorium_consumer_{what}", _MEANINGS[what], ("consumer",))
            for what in Tally
        }
        self._levels = {
            what: Gauge(f"scriptorium_consumer_{what}", _MEANINGS[what], ("consumer",))
            for what in Level
        }

    def count(self, consumer: str, what: Tally) -> None:
        """See `ConsumerMetrics`."""
        self._tallies[what].inc(tags={"consumer": consumer})

    def set(self, consumer: str, what: Level, value: int) -> None:
        """See `ConsumerMetrics`."""
        self._levels[what].set(value, {"consumer": consumer})


_MODEL_MEANINGS = {
    llm.Tally.CALLS: "Attempts at calls to the language model's endpoint.",
    llm.Tally.RETRIES: "Attempts that failed and were repeated.",
    llm.Tally.UNAVAILABLE: "Questions that the endpoint was not there to answer.",
    llm.Tally.REFUSED: "Questions that the endpoint refused.",
    llm.Tally.UNUSABLE: "Questions whose answer was cut off or not what was asked for.",
    llm.Tally.STEPS_DOWN: "Structured answers asked for again in a plainer form.",
    llm.Tally.REPAIRS: "Structured answers that were sent back to be mended.",
    llm.Tally.CACHE_HITS: "Questions answered from the kept answers.",
    llm.Tally.PROMPT_TOKENS: "Tokens of prompts, those from a cache among them.",
    llm.Tally.CACHED_TOKENS: "Tokens of prompts that the endpoint had in its cache.",
    llm.Tally.COMPLETION_TOKENS: "Tokens of answers.",
}
_BREAKER_LEVELS = {
    llm.BreakerState.CLOSED: 0,
    llm.BreakerState.HALF_OPEN: 1,
    llm.BreakerState.OPEN: 2,
}


class RayModelMetrics:
    """`ModelMetrics` as `ray_scriptorium_llm_...{purpose="NAME"}`, in a process of Ray's.

    `ray_scriptorium_llm_breaker` is 0 while the circuit breaker is closed, 1 while it tries, 2
    while it is open.
    """

    def __init__(self) -> None:
        self._tallies = {
            what: Counter(f"scriptorium_llm_{what}", _MODEL_MEANINGS[what], ("purpose",))
            for what in llm.Tally
        }
        self._breaker = Gauge(
            "scriptorium_llm_breaker", "Circuit breaker: 0 closed, 1 half-open, 2 open.", ()
        )

    def count(self, what: llm.Tally, purpose: Purpose, number: int = 1) -> None:
        """See `ModelMetrics`."""
        self._tallies[what].inc(number, {"purpose": purpose})

    def set_breaker(self, state: llm.BreakerState) -> None:
        """See `ModelMetrics`."""
        self._breaker.set(_BREAKER_LEVELS[state])
