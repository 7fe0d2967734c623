"""Long answers, part by part."""

from typing import Annotated, TypeVar

from pydantic import Field

from domain.book import Frozen
from domain.entity import Query


class Part(Query):
    """A question with a long answer, of which `most` entries are wanted (without it, all) after the
    first `after`."""

    after: Annotated[int, Field(ge=0)] = 0
    most: Annotated[int, Field(ge=1)] | None = None


class Partial(Frozen):
    """Part of an answer. `next_cursor` leads to the next one: hexadecimal, how many entries come
    before it; None where nothing does."""

    next_cursor: str | None = None


P = TypeVar("P", bound=Partial)


def part(query: Part, whole: P, *lists: str) -> P:
    """The entries of an answer that a query wants, counted through its lists in turn."""
    skip, room, kept = query.after, query.most, {}
    left = 0
    for name in lists:
        entries = getattr(whole, name)
        end = None if room is None else skip + room
        kept[name] = entries[skip:end]
        left += max(len(entries) - skip - len(kept[name]), 0)
        skip = max(skip - len(entries), 0)
        room = None if room is None else room - len(kept[name])
    taken = sum(map(len, kept.values()))
    cursor = f"{query.after + taken:x}" if left else None
    return whole.model_copy(update={**kept, "next_cursor": cursor})
