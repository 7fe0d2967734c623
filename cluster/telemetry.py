"""Metrics, as Ray exports them to Prometheus. Labels have few values: never an id."""

from enum import StrEnum
from typing import Protocol

from ray.util.metrics import Counter, Gauge


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
