"""Ages as words give them: from and to, and whether one goes with another."""

import re

from domain.story.coherence.consistency.material import Material
from domain.story.extraction.statements import Statement

_UNDER = 4
"""Years; who is not yet ten is not much younger."""
_HEDGE = 16
"""Characters before a number in which it is hedged."""
_LEAST = 3
"""Years; a smaller number after a name is rarely an age."""


def ages(statement: Statement, material: Material) -> tuple[int, int] | None:
    """The youngest and the oldest that a statement allows."""
    language = material.language
    dates = rf"\b\d+ {language.alternatives('months')}"
    text = re.sub(dates, "", statement.groups.get("number", ""), flags=re.IGNORECASE)
    if decade := statement.groups.get("decade", "").lower():
        named = [word.lower() for word in language.lists["decades"]]
        low = next((10 * at for at, word in enumerate(named, 1) if word.startswith(decade)), 0)
        return (low - 2, low + 9) if low else None
    if not text.isdecimal():
        found = [
            number
            for match in language.finder("number").finditer(text)
            if (number := language.read_number(match.group())) is not None
        ] or ([read] if (read := language.read_number(text)) else [])
    else:
        found = [int(text)]
    if not found and text:
        found = [int(word) for word in text.split() if word.isdecimal()]
    if not found or min(found) < _LEAST or max(found) > 130:
        return None
    just_before = statement.quote.lower().partition(text.lower())[0][-_HEDGE:]
    hedges = (statement.groups.get(name, "") for name in ("hedge", "hedge2"))
    words = " ".join((just_before, *hedges)).lower()
    if "under" in statement.groups or language.finder("below").search(words):
        return max(0, min(found) - _UNDER), min(found) - 1
    if language.finder("about").search(words):
        return min(found) - 4, max(found) + 4
    return min(found), max(found)


def of_then(statement: Statement, material: Material) -> bool:
    """Whether a chapter tells an age of earlier times: `he wrote it when she was eight`."""
    then = material.language.patterns("age_then")
    return bool(statement.chapter) and any(each.search(statement.quote) for each in then)


def fits(now: tuple[int, int], before: tuple[int, int], later: int) -> bool:
    """Whether an age goes with an earlier one: a birthday may lie between, years where the story
    says so."""
    return now[1] >= before[0] and now[0] <= before[1] + 1 + later


def span_of(low: int, high: int) -> str:
    """Ages as one reads them."""
    return str(low) if low == high else f"{low} to {high}"
