"""What is told, and is not so here and now: dreams, older times, pictures, plays."""

from bisect import bisect_right

from domain.story.coherence.consistency.material import Material
from domain.story.extraction.statements import tells_now
from domain.story.text.prose import Prose

_NEAR = 300
"""Characters around a paragraph: a play is told line by line."""
_WAKES = 2
"""Paragraphs after a dream in which somebody may wake."""


def staged(prose: Prose, start: int, material: Material) -> bool:
    """Whether it is about what is acted on a stage, by the words around a place's paragraph."""
    played = material.language.finder("on_stage")
    first, end = _paragraph(prose, start)
    return played.search(prose.text[max(0, first - _NEAR) : end + _NEAR]) is not None


def years_back(prose: Prose, start: int, material: Material) -> bool:
    """Whether a paragraph has gone years back before a place, and not come back."""
    begun = material.language.finder("years_back")
    return begun.search(prose.text[_paragraph(prose, start)[0] : start]) is not None


def not_here(prose: Prose, start: int, material: Material, *, of: str) -> bool:
    """Whether what is told of somebody is played, long ago, dreamt by another who then wakes, or
    in a picture or on a record that the paragraph speaks of."""
    if staged(prose, start, material) or years_back(prose, start, material):
        return True
    find, sentences = material.language.finder, prose.sentences
    first, end = _paragraph(prose, start)
    if find("recorded").search(prose.text[first:end]):
        return True
    at = bisect_right(sentences, start, key=lambda each: each.span.start) - 1
    if at < 0:
        return False
    if tells_now(prose) and find("habitual").search(sentences[at].marked):
        return True  # the dead of who tells `I am` were so and did so
    char = material.cast.chars.get(of, "")
    here = sentences[at]
    since = [
        each
        for each in sentences[at:]
        if each.scene == here.scene and each.paragraph <= here.paragraph + _WAKES
    ]
    return any(
        (each.paragraph == here.paragraph and find("pictured").search(each.marked))
        or (find("awaking").search(each.marked) and all(one.char != char for one in each.mentions))
        for each in since
    )


def _paragraph(prose: Prose, start: int) -> tuple[int, int]:
    end = prose.text.find("\n\n", start)
    return prose.text.rfind("\n\n", 0, start) + 1, end if end >= 0 else len(prose.text)
