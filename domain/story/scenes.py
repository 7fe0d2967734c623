"""The scenes of a chapter: what stands between its breaks."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from domain.story.facts import Fact, StoryTime
from domain.story.text.sentences import Span, paragraphs

BREAK = "\n\n***\n\n"
"""Put between two scenes."""

_BREAK_LINE = re.compile(r"[\s*#~·•—–-]{1,40}")


def scenes(text: str) -> Sequence[Span]:
    """The scenes of a chapter, in order; one where it has no breaks."""
    found: list[Span] = []
    is_open = False
    for paragraph in paragraphs(text):
        if _BREAK_LINE.fullmatch(paragraph.of(text)):
            is_open = False
        elif is_open:
            found[-1] = Span(found[-1].start, paragraph.end)
        else:
            found.append(paragraph)
            is_open = True
    return found


def placed(facts: Iterable[Fact], text: str) -> Sequence[Fact]:
    """Facts of a chapter with the scenes that they are quoted from."""
    starts = [scene.start for scene in scenes(text)]
    return [_placed(fact, text.find(fact.source.quote), starts) for fact in facts]


def _placed(fact: Fact, position: int, starts: Sequence[int]) -> Fact:
    if position < 0 or not fact.source.quote:
        return fact
    since = StoryTime(fact.since.chapter, max(bisect_right(starts, position), 1))
    return fact.model_copy(update={"since": since})
