"""How somebody is called by title, in apposition and when spoken to."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from domain.story.coherence.consistency.material import Material
from domain.story.coherence.consistency.names.naming import SHORTEST, Named, Naming
from domain.story.coherence.verdict import Finding
from domain.story.language import Language
from domain.story.text.cast import Entity
from domain.story.text.mentions import Mention

_ALIKE, _ALIKE_WITH_RANK, _ALIKE_WITH_TITLE = 3, 2, 4
"""First letters in which two names are the same."""
_LONGER = 4
"""Letters by which a slip may be longer or shorter than the name."""
_NEAR, _HERE = 120, 60
_BESIDE = 20
_ADDRESS = re.compile(r"[,.!?;:…’'”\"»]|$")


def called(run: Named, naming: Naming) -> Finding | None:
    """A speaker, somebody spoken to, or somebody with a title, named once, and never before, by a
    name that begins as somebody's does."""
    material = naming.material
    text, name = material.draft.text, run.words[0]
    if len(run.words) != 1 or naming.known[name] or len(name) <= SHORTEST:
        return None
    if naming.ordinary(name) or text.count(name) > 1:
        return None
    rare = run.title not in ("", *material.language.lists["common_titles"])
    if not run.title and not _speaks(run, material) and not _addressed(run, material):
        return None
    alike = _ALIKE_WITH_RANK if rare else _ALIKE_WITH_TITLE if run.title else _ALIKE
    like = [
        (entity, own)
        for entity in naming.people
        for own in _called_by(entity, run, naming)
        if own[:alike] == name[:alike] and abs(len(own) - len(name)) <= _LONGER
        if not own.startswith(name[:-1])  # short for it
    ]
    here = text[max(0, run.span.start - _HERE) : run.span.end + _HERE]
    if len({own for _, own in like}) != 1 or like[0][1] in here:
        return None
    return naming.finding(run, *like[0], name)


def _called_by(entity: Entity, run: Named, naming: Naming) -> Iterator[str]:
    """The names by which somebody may be called so: the last one after a title, which has to be
    theirs where not everybody has it; else any."""
    language = naming.material.language
    names = [words for each in entity.names if (words := naming.bare(each))]
    if not run.title:
        yield from dict.fromkeys(word for words in names for word in (words[0], words[-1]))
        return
    common = run.title in language.lists["common_titles"]
    for own in dict.fromkeys(words[-1] for words in names):
        if _suits(run.title, entity, language) if common else run.title in _titles(own, naming):
            yield own


def _suits(title: str, entity: Entity, language: Language) -> bool:
    return language.titles[title] in ("", entity.gender) or not entity.gender


def _titles(own: str, naming: Naming) -> set[str]:
    """The titles that a surname has had."""
    material = naming.material
    texts = [told.text for told in material.earlier]
    texts += [name for each in material.cast.entities if each.listed for name in each.names]
    before = re.compile(rf"(?:([^\W\d_]+)\.? )?([^\W\d_]+)\.? {re.escape(own)}\b")
    found = (match.groups("") for text in texts for match in before.finditer(text))
    titles = {word.lower() for words in found for word in words}
    return titles.intersection(material.language.titles)


def _speaks(run: Named, material: Material) -> bool:
    """Whether a name stands after a word for saying."""
    beside = material.draft.text[max(0, run.span.start - _BESIDE) : run.span.start]
    speech = material.language.finder("present_speech")
    return any(match.end() >= len(beside.rstrip()) for match in speech.finditer(beside))


def _addressed(run: Named, material: Material) -> bool:
    """Whether a name stands by itself in what is said, and does not begin it."""
    prose, text = material.draft.prose, material.draft.text
    starts = [said.outer.start for said in prose.said]
    at = bisect_left(starts, run.span.start + 1) - 1
    if at < 0 or prose.said[at].outer.end < run.span.end:
        return False
    opening = text[prose.said[at].span.start : run.span.start].rstrip()
    ends = _ADDRESS.match(text[run.span.end : run.span.end + 1]) is not None
    return ends and opening.endswith(",")


def other_rank(run: Named, naming: Naming) -> Finding | None:
    """A rank before somebody's surname that is not theirs, and that they were not raised to."""
    language = naming.material.language
    ranks = language.lists["ranks"]
    if run.title not in ranks or len(run.words) > 2:
        return None
    name = run.words[-1]
    had = _titles(name, naming).intersection(ranks)
    bearers = [
        entity
        for entity in naming.people
        if any(naming.bare(own)[-1:] == (name,) for own in entity.names)
    ]
    if len(had) != 1 or run.title in had or len(bearers) != 1:
        return None
    if {language.titles[title] for title in (run.title, *had)} >= {"f", "m"}:
        return None  # the baron's wife
    if any(language.finder("change_of_rank").search(text) for text in _around(name, naming)):
        return None
    return naming.finding(run, bearers[0], had.pop(), run.title)


def _around(name: str, naming: Naming) -> Iterator[str]:
    """What is told around a name."""
    for told in (*naming.material.earlier, naming.material.draft):
        for match in re.finditer(re.escape(name), told.text):
            yield told.text[max(0, match.start() - _NEAR) : match.end() + _NEAR]


def apposed(run: Named, naming: Naming) -> Finding | None:
    """`the mate, Mr. Reed,` where the mate has another name."""
    material = naming.material
    text = material.draft.text
    if len(run.words) > 2 or any(naming.known[word] for word in run.words):
        return None
    prose = material.draft.prose
    first = bisect_left(prose.starts, run.span.start)
    for mention in prose.mentions[max(0, first - 2) : first + 3]:
        beside = text[mention.end : run.span.start] == ", " and text[run.span.end] in ",.;"
        turned = text[run.span.end : mention.start] == ", " and text[mention.end] in ",.;"
        entity = material.cast.by_char[mention.char]
        epithet = text[mention.start : mention.end].split()[-1].lower() in entity.epithets
        if (beside or turned) and not mention.pronoun and (epithet or _role(entity, mention, text)):
            return naming.finding(run, entity, naming.bare(entity.name)[-1], run.words[-1])
    return None


def _role(entity: Entity, mention: Mention, text: str) -> bool:
    """Whether a mention says what somebody is: an alias such as `the mate`."""
    words = text[mention.start : mention.end]
    return words[0].islower() and words.lower() in map(str.lower, entity.names)
