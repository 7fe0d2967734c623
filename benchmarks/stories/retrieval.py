"""Retrieval by exact name: every name and alias of a bible, looked up among the passages."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from adapters.keywords.index import KeywordIndex
from benchmarks.stories.story import Story
from domain.story.passages import Passage, chapter_passages
from domain.story.retrieval import Channel, fuse

_LIMIT = 10  # passages asked for


class Lookups(NamedTuple):
    """How many names were looked up, the passages that have them, and those that were found."""

    names: int
    mentioning: int
    found: int


def look_up_names(story: Story) -> Lookups:
    """Ask for each name of the story's bible; a passage has a name when a plain search for the
    whole words, whatever their case, hits it."""
    texts = (*story.chapters, story.draft)
    passages = [
        passage
        for number, text in enumerate(texts, start=1)
        for passage in chapter_passages(f"{number:032x}", number, 1, text)
    ]
    index = KeywordIndex(passages)
    names = sorted({name for entry in story.bible.entries for name in entry.names})
    mentioning = found = 0
    for name in names:
        expected = {each.passage_id for each in _having(name, passages)}
        rankings = {
            Channel.NAMES: index.names(name, story.bible),
            Channel.KEYWORDS: index.keywords(name, _LIMIT),
        }
        answer = fuse(rankings, _LIMIT)
        mentioning += len(expected)
        found += len(expected & {each.passage.passage_id for each in answer})
    return Lookups(len(names), mentioning, found)


def _having(name: str, passages: Sequence[Passage]) -> Iterable[Passage]:
    words = r"\s+".join(map(re.escape, name.split()))
    pattern = re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)
    return (each for each in passages if pattern.search(each.text))
