"""A chapter's text taken apart: who says what, and what the narrator says of whom."""

import re
from bisect import bisect_left
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from domain.story.text import marks
from domain.story.text.cast import Cast
from domain.story.text.mentions import Marker, Mention, Sentence
from domain.story.text.quotations import Quotation, narration, quotations
from domain.story.text.sentences import Span, paragraphs, sentences

T = TypeVar("T")

_SCENE_BREAK = re.compile(r"^[\s*#~·•—–-]{1,40}$")


@dataclass(frozen=True, eq=False)
class Prose:
    """A text, what is said in it, and the narrator's sentences."""

    text: str = field(repr=False)
    cast: Cast = field(repr=False)
    paragraphs: Sequence[Span]
    said: Sequence[Quotation]
    narrated: str = field(repr=False)
    sentences: Sequence[Sentence]
    mentions: Sequence[Mention]
    starts: Sequence[int]
    _made: dict[Hashable, tuple[object, Any]] = field(default_factory=dict, repr=False)

    def once(self, what: Hashable, make: Callable[[], T], given: object = None) -> T:
        """What is made of this text and of what is given, made once for as long as that stays the
        same."""
        kept = self._made.get(what)
        if kept is None or kept[0] != given:
            kept = self._made[what] = (given, make())
        made: T = kept[1]
        return made

    def marked(self, start: int, end: int) -> str:
        """A stretch of the narrator's text with marks for mentions."""
        parts, at = [], start
        for index in range(bisect_left(self.starts, start), len(self.mentions)):
            mention = self.mentions[index]
            if mention.end > end:
                break
            parts += [self.narrated[at : mention.start], mention.char]
            if mention.owner:
                parts.append(marks.OWNER)
            at = mention.end
        parts.append(self.narrated[at:end])
        return marks.shortened("".join(parts))


def read_prose(text: str, cast: Cast) -> Prose:
    """Takes a text apart, in time linear in its length."""
    language = cast.language
    said = quotations(text, language)
    narrated = narration(text, said)
    marker = Marker(cast, narrated, i=cast.chars.get(cast.narrator, ""))
    abbreviations = frozenset(language.abbreviations)
    found: list[Sentence] = []
    spans = paragraphs(text)
    scene = 1
    for number, paragraph in enumerate(spans):
        if _SCENE_BREAK.match(paragraph.of(text)[:41]):
            marker.forget()
            scene += bool(found)
            continue
        for span in sentences(narrated, paragraph, abbreviations):
            found.append(marker.sentence(span, number, scene))
    mentions = [mention for sentence in found for mention in sentence.mentions]
    return Prose(
        text, cast, spans, said, narrated, found, mentions, [each.start for each in mentions]
    )
