"""The bounds of a project."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel

from domain.story.bible import Bible

R = TypeVar("R", bound=BaseModel)

CHAPTERS = 1000
"""Most chapters of a project, and the highest number of one."""

PROJECT_FACTS = 50_000
"""Most facts that a project's chapters hold together."""

BIBLE_BYTES = 1_000_000
PLAN_BYTES = 500_000
EXTRACTION_BYTES = 1_000_000
VERDICT_BYTES = 1_000_000

FINDINGS = 1000
"""Most findings of a verdict, and most marks as intentional on a chapter."""

OPEN_CALLS = 2000
"""Most calls to a model that are waited for; older ones are only counted."""

LEDGER_LINES = 20_000
"""Most lines of the ledger."""

INSTRUCTION = 10_000
"""Most characters of an instruction."""

REASON = 2000
"""Most characters of a reason."""


def at_most(size: int) -> Callable[[R], R]:
    """A validator of a record's size as JSON, in bytes."""

    def check(record: R) -> R:
        found = len(record.model_dump_json().encode())
        if found > size:
            raise ValueError(f"it has {found} bytes as JSON, more than the {size} it may have")
        return record

    return check


def with_names(bible: Bible) -> Bible:
    """A validator of a bible: no name is of spaces only."""
    for entry in bible.entries:
        if not all(map(str.strip, entry.names)):
            raise ValueError("a name or an alias is blank")
    return bible
