"""To whom words are said: as it is written beside or in them, or to who speaks before or after."""

import re
from collections.abc import Iterator, Sequence

from domain.story.text import marks
from domain.story.text.mentions import Marker
from domain.story.text.prose import Prose
from domain.story.text.quotations import Quotation
from domain.story.text.sentences import covering, sentences
from domain.story.text.speakers import uttered

_BESIDE = 100
"""Characters beside the words in which it is told to whom they are said."""
_CALLED = re.compile(
    rf"^\W*(?:\w+,? )?(?P<first>{marks.PERSON})[,!?](?!\s*(?:\w+\s+)?{marks.PERSON})"
    rf"|, (?:\w+ )?(?P<last>{marks.PERSON})[.!?…]*\W*$"
)


def addressees(prose: Prose) -> Sequence[str]:
    """The character that stands for who listens to each quotation; empty where that is not
    plain."""
    return prose.once(addressees, lambda: list(_addressees(prose)))


def _addressees(prose: Prose) -> Iterator[str]:
    said, text = uttered(prose), marks.blank(prose.text)
    listener = ""
    for index, (speaker, quotation) in enumerate(said):
        own = prose.cast.chars.get(speaker or "", "")
        goes_on = index and said[index - 1][0] == speaker
        goes_on = goes_on and said[index - 1][1].paragraph == quotation.paragraph
        meant = (
            _told(prose, quotation),
            _called(prose, text, quotation),
            listener if goes_on and speaker else "",
            *_others(prose, said, index),
        )
        listener = next((char for char in meant if char and char != own), "")
        yield listener


def _told(prose: Prose, quotation: Quotation) -> str:
    """Whom the narrator names as who is spoken to."""
    paragraph = covering(prose.paragraphs, quotation.outer.start)
    if paragraph is None:
        return ""
    start, end = quotation.outer
    after = prose.marked(end, min(paragraph.end, end + _BESIDE)).split(marks.SPOKEN)[0]
    before = prose.marked(max(paragraph.start, start - _BESIDE), start).split(marks.SPOKEN)[-1]
    for pattern in prose.cast.language.patterns("said_to"):
        for beside in (after, before):
            if (match := pattern.search(beside)) is not None:
                return match["o"]
    return ""


def _called(prose: Prose, text: str, quotation: Quotation) -> str:
    """Who is called by name in the words themselves, and not as a relative: `her aunt, Ida`."""
    marker = Marker(prose.cast, text, third=False)
    abbreviations = frozenset(prose.cast.language.abbreviations)
    for span in sentences(text, quotation.span, abbreviations):
        marked = marker.sentence(span, quotation.paragraph, 0).marked
        named = _CALLED.search(marked)
        before = marked[: named.start()].rpartition(" ")[2].lower() if named else ""
        if named and (named["first"] or before not in prose.cast.language.relation_words):
            return named["first"] or named["last"]
    return ""


def _others(
    prose: Prose, said: Sequence[tuple[str | None, Quotation]], index: int
) -> Iterator[str]:
    """Who speaks in the paragraphs beside; whom alone the paragraph speaks of besides."""
    speaker, here = said[index]
    chars = prose.cast.chars
    for step in (-1, 1):
        at = index + step
        while 0 <= at < len(said) and said[at][1].paragraph == here.paragraph:
            at += step
        if 0 <= at < len(said) and abs(said[at][1].paragraph - here.paragraph) == 1:
            other = said[at][0]
            if other and other != speaker:
                yield chars.get(other, "")
    paragraph = prose.paragraphs[here.paragraph]
    marked = prose.marked(paragraph.start, paragraph.end)
    people = {
        char
        for char in marked
        if char in prose.cast.by_char and prose.cast.by_char[char].kind == "person"
    }
    people.discard(chars.get(speaker or "", ""))
    if len(people) == 1 and speaker:
        yield people.pop()
