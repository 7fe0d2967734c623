"""Names: nobody is called by a name that is nearly theirs, or gets another surname or title."""

import re
from collections.abc import Iterator

from domain.story.coherence.consistency.material import Material
from domain.story.coherence.consistency.names.naming import SHORTEST, Named, Naming
from domain.story.coherence.consistency.names.titles import apposed, called, other_rank
from domain.story.coherence.verdict import Finding
from domain.story.text.cast import words_of
from domain.story.text.genders import gender_of
from domain.story.text.sentences import covering

_AROUND = 160
_BEFORE, _AFTER = 30, 40
"""Characters around a name in which it may be said that somebody else has it."""
_ALIKE = 3
"""First letters that the first names of one family's members do not share."""
_LONG = 8
"""Letters of a name in which two may be wrong, wherever they are."""


def names(material: Material) -> Iterator[Finding]:
    """Names in the draft that nobody has, and somebody nearly has."""
    naming = Naming(material)
    reported: set[tuple[str, ...]] = set()
    for run in naming.runs():
        if run.words in reported:
            continue
        found = (
            _other_surname(run, naming)
            or _misspelt(run, naming)
            or apposed(run, naming)
            or called(run, naming)
            or other_rank(run, naming)
        )
        if found is not None and not _excused(run, naming):
            reported.add(run.words)
            yield found


def _other_surname(run: Named, naming: Naming) -> Finding | None:
    """A known first name with a surname that nobody has."""
    if len(run.words) != 2 or (naming.known[run.words[0]] and naming.known[run.words[1]]):
        return None
    first, last = run.words
    if naming.known[last]:
        return _other_first(run, naming)
    bearers = [
        entity for entity in naming.people if any(first in words_of(name) for name in entity.names)
    ]
    full = [
        words
        for entity in bearers
        for name in entity.names
        if len(words := naming.bare(name)) >= 2 and words[0] == first
    ]
    if len(bearers) != 1 or not full or full[0][-1] in last.split("-"):
        return None
    return naming.finding(run, bearers[0], full[0][-1], last)


def _other_first(run: Named, naming: Naming) -> Finding | None:
    """A known surname with a first name that nobody has: one that begins like its bearer's, or
    stands for it once where the bearer goes by the surname."""
    first, last = run.words
    if naming.inflected(first):
        return None
    bearers = [
        (entity, words)
        for entity in naming.people
        for name in entity.names
        if len(words := naming.bare(name)) >= 2 and words[-1] == last
    ]
    if len({entity.name for entity, _ in bearers}) > 1:  # a family: who is called nearly so
        text = naming.material.draft.text
        bearers = [
            (entity, words)
            for entity, words in bearers
            if words[0][:_ALIKE] == first[:_ALIKE] and words[0] not in text
        ]
    if len({entity.name for entity, _ in bearers}) != 1 or run.title:
        return None
    entity, words = bearers[0]
    gender = gender_of((first,), naming.material.language)
    if gender and entity.gender and gender != entity.gender:
        return None  # of the same family
    if words[0] == first or not (words[0][0] == first[0] or _only_once(run, naming)):
        return None
    return naming.finding(run, entity, words[0], first)


def _only_once(run: Named, naming: Naming) -> bool:
    """Whether a draft has a first name once, and the surname alone, too: not for somebody new."""
    first, last = run.words
    runs = [each.words for each in naming.runs()]
    return (last,) in runs and sum(first in words for words in runs) == 1


def _misspelt(run: Named, naming: Naming) -> Finding | None:
    """A word that nobody is called by, a letter or two from a name."""
    for word in run.words:
        if naming.known[word] or len(word) < SHORTEST or word.isupper() or naming.ordinary(word):
            continue
        for entity in naming.people:
            for name in entity.names:
                for own in naming.bare(name):
                    if len(own) < SHORTEST or own[0].islower() or not _near(word, own):
                        continue
                    if naming.ordinary(own):
                        continue
                    if len(run.words) > 1 and not set(run.words) & set(words_of(name)):
                        continue
                    return naming.finding(run, entity, own, word)
    return None


def _near(word: str, name: str) -> bool:
    """Whether two names differ by little: a letter in four, both beginning the same; short ones
    that differ by two end the same, too."""
    if word == name or word[0] != name[0] or abs(len(word) - len(name)) > 2:
        return False
    if word.rstrip("s") == name.rstrip("s"):
        return False
    apart = distance(word.lower(), name.lower())
    if apart > 1 and len(name) < _LONG and word[-1] != name[-1]:
        return False
    return apart <= max(1, (len(name) + 1) // 4)


def distance(one: str, other: str) -> int:
    """Letters to put in, leave out, change or swap with the next (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, theirs in enumerate(other, 1):
            cost = min(
                last[column] + 1, line[column - 1] + 1, last[column - 1] + (letter != theirs)
            )
            swapped = row > 1 and column > 1 and letter == other[column - 2]
            if swapped and one[row - 2] == theirs:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, last = last, line
    return last[-1]


def _excused(run: Named, naming: Naming) -> bool:
    """Whether the words around say why somebody has such a name, or that somebody else has it."""
    language, draft = naming.material.language, naming.material.draft
    start, end = run.span
    around = draft.text[max(0, start - _AROUND) : end + _AROUND]
    if language.finder("namesake").search(around):
        return True
    first = re.escape(run.words[0])
    if re.search(rf"{language.alternatives('another_of')}\s+{first}\b", around):
        return True
    beside = f"{draft.text[max(0, start - _BEFORE) : start]}|{draft.text[end : end + _AFTER]}"
    if not naming.known[run.words[0]] and any(
        pattern.search(beside) for pattern in language.patterns("newcomer")
    ):
        return True
    return covering(draft.prose.paragraphs, start) is None
