"""What an endpoint has shown to support, remembered for as long as the process lives."""

from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """How a structured answer is asked for, the strictest first."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    TEXT = "text"

    @property
    def plainer(self) -> "Format | None":
        """The next one down the ladder."""
        ladder = list(Format)
        below = ladder[ladder.index(self) + 1 :]
        return below[0] if below else None


@dataclass(slots=True)
class Capabilities:
    """What a model at an endpoint takes; all of it until the endpoint shows otherwise."""

    format: Format = Format.SCHEMA
    stream_usage: bool = True
    limit_name: str = "max_tokens"
    temperature: bool = True


_known: dict[tuple[str, str], Capabilities] = {}


def capabilities_of(url: str, model: str) -> Capabilities:
    """What is known of a model at an endpoint; the same object for the whole process."""
    return _known.setdefault((url, model), Capabilities())
