"""What lasts for a time: who has gone to sea or to prison is not in the kitchen, who has broken a
leg does not run, who has lost their voice says nothing, until it is said that time has passed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from domain.story.coherence.consistency.elapsed import told_to_pass
from domain.story.coherence.consistency.geography import KIND as WHERE
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.text.mentions import Sentence
from domain.story.text.prose import read_prose
from domain.story.text.speakers import every_sentence

WHEN = "time_and_age"
_NOT_SO = ("unreal", "irrealis", "negation", "flashback", "retold", "perfect")
_NOT_BEGUN = ("unreal", "irrealis", "flashback", "retold")
_BACK = 2
"""Sentences before a deed in which a memory or a dream may have begun."""


class _State(NamedTuple):
    """A kind of state: the lists of how it begins, what goes against it, what ends it, and what
    else may explain it; for how many days it lasts, as far as nothing is said."""

    begins: str
    against: str
    ends: tuple[str, ...]
    besides: tuple[str, ...]
    kind: str
    days: int
    says: str


_STATES = (
    _State(
        "gone_far",
        "in_person",
        ("freed", "homeward", "came_back"),
        ("by_wire", "held_words", "aboard_words"),
        WHERE,
        60,
        "is not here",
    ),
    _State("legs_out", "legs_used", ("healed",), ("aids", "by_wire"), WHEN, 14, "cannot walk yet"),
    _State("arm_out", "arm_used", ("healed",), ("by_wire",), WHEN, 14, "cannot use both arms yet"),
    _State("hair_off", "hair_long", ("healed", "wigs"), ("by_wire",), WHEN, 60, "has short hair"),
)


class _Turn(NamedTuple):
    """A sentence with which a state may begin or end, and for whom."""

    state: _State
    sentence: Sentence
    begun: Sequence[str]
    against: Sequence[str]


class _Begun(NamedTuple):
    chapter: int
    source: Evidence


def lasting(material: Material) -> Iterator[Finding]:
    """What goes against a state that has begun and not ended."""
    for state in _STATES:
        begun = _begun(state, material)
        if begun:
            yield from _against(state, begun, material)


def _begun(state: _State, material: Material) -> dict[str, _Begun]:
    """Who is in a state when the draft begins."""
    found: dict[str, _Begun] = {}
    for sentence, source in _laid_down(material):
        for char in _who(state.begins, sentence, _NOT_BEGUN, material):
            found[char] = _Begun(0, source)
    for told in material.earlier:
        for turn in material.of_chapter(told, _turns):
            if turn.state is not state:
                continue
            _end(found, state, turn.sentence, material)
            for char in turn.against:
                if char in found and found[char].chapter < told.number:
                    del found[char]
            for char in turn.begun:
                found[char] = _Begun(told.number, material.sentence(told, turn.sentence))
    return found


def _turns(told: Told, material: Material) -> Iterator[_Turn]:
    find = material.language.finder
    for sentence in _all(told):
        for state in _STATES:
            begun = tuple(_who(state.begins, sentence, _NOT_BEGUN, material))
            against = tuple(_who(state.against, sentence, _NOT_SO, material))
            if begun or against or any(find(name).search(sentence.marked) for name in state.ends):
                yield _Turn(state, sentence, begun, against)


def _laid_down(material: Material) -> Iterator[tuple[Sentence, Evidence]]:
    bible = material.case.bible
    for text in (*(fact.text for fact in bible.facts), *(line.text for line in bible.timeline)):
        for sentence in read_prose(text, material.cast).sentences if text else ():
            yield sentence, material.quoted(0, text[:QUOTE])


def _all(told: Told) -> Iterator[Sentence]:
    """A chapter's sentences, the spoken ones among them, in order."""
    yield from sorted(every_sentence(told.prose), key=lambda each: each.span.start)


def _end(begun: dict[str, _Begun], state: _State, sentence: Sentence, material: Material) -> None:
    """Who is in a state no longer by a sentence."""
    for name in state.ends if begun else ():
        for match in material.language.finder(name).finditer(sentence.marked):
            people = {each.char for each in sentence.mentions}
            clause = sentence.marked[: match.start()].replace(";", ",").rpartition(",")[2]
            for char in list(begun):
                if not people or char in clause or people == {char}:
                    del begun[char]


def _who(
    name: str, sentence: Sentence, doubtful: tuple[str, ...], material: Material
) -> Iterator[str]:
    """Who is meant for sure by a list's patterns in a sentence that tells what is so."""
    if not sentence.mentions or "?" in sentence.marked:
        return
    find = material.language.finder
    sure = {each.char for each in sentence.mentions if not each.likely}
    for pattern in material.language.patterns(name):
        for match in pattern.finditer(sentence.marked):
            char = match.groupdict().get("o") or match.groupdict().get("s") or ""
            said = sentence.marked[: match.end()]
            if char in sure and not any(find(each).search(said) for each in doubtful):
                yield char


def _against(state: _State, begun: dict[str, _Begun], material: Material) -> Iterator[Finding]:
    find, draft = material.language.finder, material.draft
    sentences = draft.prose.sentences
    scenes = _scenes(sentences)
    for at, sentence in enumerate(sentences):
        _end(begun, state, sentence, material)
        near = sentences[max(0, at - _BACK) : at + 1]
        if any(find(name).search(each.marked) for each in near for name in ("unreal", "retold")):
            continue
        if any(find(name).search(sentence.marked) for name in state.besides):
            continue
        for char in _who(state.against, sentence, _NOT_SO, material):
            since = begun.get(char)
            if since is None or _long_since(since, state, sentence, material):
                continue
            if state.kind == WHERE and not _elsewhere(
                char, scenes[sentence.scene], state, material
            ):
                continue
            del begun[char]
            yield material.finding(
                state.kind,
                Severity.WARNING,
                f"{material.cast.by_char[char].name} {state.says} by what came before",
                material.sentence(draft, sentence),
                since.source,
            )


def _scenes(sentences: Sequence[Sentence]) -> Mapping[int, list[Sentence]]:
    found: dict[int, list[Sentence]] = {}
    for sentence in sentences:
        found.setdefault(sentence.scene, []).append(sentence)
    return found


def _long_since(since: _Begun, state: _State, sentence: Sentence, material: Material) -> bool:
    """Whether so much time may have passed that a state is over."""
    texts = [each.text for each in material.earlier if each.number > since.chapter >= 1]
    texts.append(material.draft.text[: sentence.span.end])
    return sum(told_to_pass(text, material.language) for text in texts) > state.days


def _elsewhere(char: str, scene: list[Sentence], state: _State, material: Material) -> bool:
    """Whether a scene is where others are, not where somebody has gone."""
    people = [
        each.char
        for sentence in scene
        for each in sentence.mentions
        if material.cast.by_char[each.char].kind == "person"
    ]
    away = any(
        material.language.finder(name).search(sentence.marked)
        for sentence in scene
        for name in state.besides[1:]
    )
    return bool(people) and people[0] != char and not away
