"""Names: nobody is called by a name that is nearly theirs, or gets another surname or title."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from domain.story.coherence.material import Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.text.cast import WORD, Entity, words_of
from domain.story.text.mentions import Mention
from domain.story.text.sentences import Span, covering

KIND = "name"
_SHORTEST = 4
"""Letters of a name that another may be a slip for."""
_AROUND = 160


class _Named(NamedTuple):
    """A run of capitalised words in the draft."""

    words: tuple[str, ...]
    title: str
    span: Span


def names(material: Material) -> Iterator[Finding]:
    """Names in the draft that nobody has, and somebody nearly has."""
    known = _known(material)
    reported: set[tuple[str, ...]] = set()
    for run in _runs(material):
        if run.words in reported:
            continue
        found = (
            _other_surname(run, known, material)
            or _misspelt(run, known, material)
            or _apposed(run, known, material)
            or _slip(run, known, material)
            or _other_rank(run, material)
        )
        if found is not None and not _excused(run, material):
            reported.add(run.words)
            yield found


def _known(material: Material) -> Counter[str]:
    """Capitalised words of the bible and the earlier chapters."""
    counts: Counter[str] = Counter()
    for word, count in material.of_earlier(_capitalised):
        counts[word] += count
    for entity in material.case.bible.entries:
        for text in (*entity.names, *entity.attributes.values()):
            counts.update(WORD.findall(text))
    for rule in material.case.bible.rules:
        counts.update(WORD.findall(rule.text))
    for fact in material.case.bible.facts:
        counts.update(WORD.findall(f"{fact.text} {fact.subject} {fact.object}"))
    return counts


def _capitalised(told: Told, _: Material) -> Iterable[tuple[str, int]]:
    return Counter(word for word in WORD.findall(told.text) if word[0].isupper()).items()


def _runs(material: Material) -> Iterator[_Named]:
    """Capitalised words that stand together, with the title before them."""
    language, text = material.language, material.draft.text
    tokens = list(WORD.finditer(text))
    lower = {token.group() for token in tokens if token.group()[0].islower()}
    at = 0
    while at < len(tokens):
        words: list[str] = []
        title = ""
        start = tokens[at].start()
        while at < len(tokens):
            word = tokens[at].group()
            low = word.lower()
            adjoining = not words or text[tokens[at - 1].end() : tokens[at].start()] in " \n"
            if not word[0].isupper() or not adjoining or len(word) < 2:
                break
            if low in language.functional_words or low in lower:
                break
            if low in language.titles and not words:
                title = low
            else:
                words.append(word)
            at += 1
            if title and not words and text[tokens[at - 1].end() :][:2].strip(". "):
                break
        if words:
            yield _Named(tuple(words), title, Span(start, tokens[at - 1].end()))
        elif not title:
            at += 1


def _people(material: Material) -> Sequence[Entity]:
    return [
        entity
        for entity in material.cast.entities
        if entity.kind == "person" and _established(entity, material)
    ]


def _established(entity: Entity, material: Material) -> bool:
    """Whether the bible or an earlier chapter has somebody."""
    return entity.listed or any(entity.name in told.text for told in material.earlier)


def _other_surname(run: _Named, known: Counter[str], material: Material) -> Finding | None:
    """A known first name with a surname that nobody has."""
    if len(run.words) != 2 or (known[run.words[0]] and known[run.words[1]]):
        return None
    first, last = run.words
    if known[last]:
        return _other_first(run, material)
    bearers = [
        entity
        for entity in _people(material)
        if any(first in words_of(name) for name in entity.names)
    ]
    full = [
        words
        for entity in bearers
        for name in entity.names
        if len(words := _bare(name, material)) >= 2 and words[0] == first
    ]
    if len(bearers) != 1 or not full:
        return None
    return _finding(run, bearers[0], full[0][-1], last, material)


def _other_first(run: _Named, material: Material) -> Finding | None:
    """A known surname with a first name that nobody has, and that begins like its bearer's."""
    first, last = run.words
    bearers = [
        (entity, words)
        for entity in _people(material)
        for name in entity.names
        if len(words := _bare(name, material)) >= 2 and words[-1] == last
    ]
    if len({entity.name for entity, _ in bearers}) != 1 or run.title:
        return None
    entity, words = bearers[0]
    if words[0][0] != first[0] or words[0] == first:
        return None
    return _finding(run, entity, words[0], first, material)


def _slip(run: _Named, known: Counter[str], material: Material) -> Finding | None:
    """A speaker named once, and never before, by a name that begins as somebody's does."""
    text = material.draft.text
    name = run.words[0]
    beside = text[max(0, run.span.start - 20) : run.span.start]
    speech = material.language.finder("present_speech")
    alone = len(run.words) == 1 and not run.title and not known[name]
    if not alone or len(name) < _SHORTEST + 1 or text.count(name) > 1:
        return None
    if not any(match.end() >= len(beside.rstrip()) for match in speech.finditer(beside)):
        return None
    like = [
        (entity, own)
        for entity in _people(material)
        for own in _bare(entity.name, material)[:1]
        if own[:3] == name[:3] and own != name and abs(len(own) - len(name)) <= 2
    ]
    return _finding(run, *like[0], name, material) if len(like) == 1 else None


def _other_rank(run: _Named, material: Material) -> Finding | None:
    """A rank before somebody's surname that is not theirs, and that they were not raised to."""
    language = material.language
    ranks = language.lists["ranks"]
    if run.title not in ranks or len(run.words) > 2:
        return None
    name = run.words[-1]
    told = [each.text for each in material.earlier]
    told += [name for entity in material.cast.entities if entity.listed for name in entity.names]
    found = re.compile(rf"([^\W\d_]+)\.? (?:{re.escape(run.words[0])} )?{re.escape(name)}\b")
    had = {
        match.group(1).lower()
        for text in told
        for match in found.finditer(text)
        if match.group(1).lower() in ranks
    }
    bearers = [
        entity
        for entity in _people(material)
        if any(_bare(own, material)[-1:] == (name,) for own in entity.names)
    ]
    if len(had) != 1 or run.title in had or len(bearers) != 1:
        return None
    if any(language.finder("change_of_rank").search(text) for text in _near_name(name, material)):
        return None
    return _finding(run, bearers[0], had.pop(), run.title, material)


def _near_name(name: str, material: Material) -> Iterator[str]:
    """What is told around a name."""
    for told in (*material.earlier, material.draft):
        for match in re.finditer(re.escape(name), told.text):
            yield told.text[max(0, match.start() - 120) : match.end() + 120]


def _apposed(run: _Named, known: Counter[str], material: Material) -> Finding | None:
    """`the mate, Mr. Reed,` where the mate has another name."""
    text = material.draft.text
    if len(run.words) > 2 or any(known[word] for word in run.words):
        return None
    prose = material.draft.prose
    first = bisect_left(prose.starts, run.span.start)
    for mention in prose.mentions[max(0, first - 2) : first + 3]:
        beside = text[mention.end : run.span.start] == ", " and text[run.span.end] in ",.;"
        turned = text[run.span.end : mention.start] == ", " and text[mention.end] in ",.;"
        entity = material.cast.by_char[mention.char]
        epithet = text[mention.start : mention.end].split()[-1].lower() in entity.epithets
        if (beside or turned) and not mention.pronoun and (epithet or _role(entity, mention, text)):
            return _finding(run, entity, _bare(entity.name, material)[-1], run.words[-1], material)
    return None


def _role(entity: Entity, mention: Mention, text: str) -> bool:
    """Whether a mention says what somebody is: an alias such as `the mate`."""
    words = text[mention.start : mention.end]
    return words[0].islower() and words.lower() in map(str.lower, entity.names)


def _misspelt(run: _Named, known: Counter[str], material: Material) -> Finding | None:
    """A word that nobody is called by, a letter or two from a name."""
    for word in run.words:
        if known[word] or len(word) < _SHORTEST or word.isupper():
            continue
        for entity in _people(material):
            for name in entity.names:
                for own in _bare(name, material):
                    if len(own) < _SHORTEST or own[0].islower() or not _near(word, own):
                        continue
                    if len(run.words) > 1 and not set(run.words) & set(words_of(name)):
                        continue
                    return _finding(run, entity, own, word, material)
    return None


def _bare(name: str, material: Material) -> tuple[str, ...]:
    words = words_of(name)
    while words and words[0].lower() in material.language.titles:
        words = words[1:]
    return words


def _near(word: str, name: str) -> bool:
    """Whether two names differ by little: a letter in four, both beginning the same."""
    if word == name or word[0] != name[0] or abs(len(word) - len(name)) > 2:
        return False
    if word.rstrip("s") == name.rstrip("s"):
        return False
    return distance(word.lower(), name.lower()) <= max(1, (len(name) + 1) // 4)


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


def _excused(run: _Named, material: Material) -> bool:
    """Whether the words around say why somebody has such a name."""
    text = material.draft.text
    around = text[max(0, run.span.start - _AROUND) : run.span.end + _AROUND]
    if material.language.finder("namesake").search(around):
        return True
    paragraph = covering(material.draft.prose.paragraphs, run.span.start)
    return paragraph is None


def _finding(run: _Named, entity: Entity, right: str, wrong: str, material: Material) -> Finding:
    text = material.draft.text
    start = max(text.rfind("\n", 0, run.span.start) + 1, run.span.start - 60)
    quote = text[start : min(len(text), run.span.end + 60)].split("\n\n")[0]
    return material.finding(
        KIND,
        Severity.WARNING,
        f"{entity.name} is called {wrong} in the draft, not {right}",
        material.quoted(material.draft.number, quote),
        *_earlier(entity, right, material),
    )


def _earlier(entity: Entity, right: str, material: Material) -> Iterator[Evidence]:
    if entity.listed:
        yield material.quoted(
            0, next((name for name in entity.names if right in name), entity.name)
        )
        return
    for told in material.earlier:
        for words in (right, entity.names[0]):
            if (at := told.text.find(words)) >= 0:
                yield material.quoted(told.number, told.text[at : at + len(words)])
                return
