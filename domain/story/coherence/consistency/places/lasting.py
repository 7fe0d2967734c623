"""What lasts for a time: who has gone to sea or to prison is not in the kitchen, who has broken a
leg does not run, who has lost their voice says nothing, until it is said that time has passed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.consistency.places.geography import KIND as WHERE
from domain.story.coherence.consistency.places.states import STATES, State
from domain.story.coherence.consistency.time.elapsed import chapter_days, told_to_pass
from domain.story.coherence.consistency.time.setting import months_of
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.keys import plain_key
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import every_sentence

_NOT_SO = ("unreal", "irrealis", "negation", "flashback", "retold", "perfect")
_NOT_BEGUN = ("unreal", "irrealis", "flashback", "retold")
_BY_ANYBODY = "released"
"""Of the lists of what ends something, the one that need not name who is in that state."""
_BESIDE = 2
"""Of the lists of what else explains something, those that only the same sentence counts for."""
_YEAR, _HALF = 12, 6
"""Months."""
_CALL = 3
"""Sentences after one that tells of a call or a letter in which it may go on."""
_BACK = 2
"""Sentences before a deed in which a memory or a dream may have begun."""


class _Turn(NamedTuple):
    """A sentence with which a state may begin or end, and for whom."""

    state: State
    sentence: Sentence
    begun: Sequence[tuple[str, str, str]]
    against: Sequence[str]


class _Begun(NamedTuple):
    """Since which chapter, by which words; until when and in which room, in words, as far as
    that is said."""

    chapter: int
    source: Evidence
    until: str = ""
    room: str = ""
    at: int = 0
    """Where in the draft it has begun."""


def lasting(material: Material) -> Iterator[Finding]:
    """What goes against a state that has begun and not ended."""
    active = _active(material)
    for state in STATES:
        begun = _begun(state, material)
        if begun or state.alone:
            yield from _against(state, begun, active - begun.keys(), material)


def _begun(state: State, material: Material) -> dict[str, _Begun]:
    """Who is in a state when the draft begins."""
    found: dict[str, _Begun] = {}
    for sentence, source in _laid_down(material):
        for char, until, room in _beginning(state, sentence, material):
            found[char] = _Begun(0, source, until, room)
    for told in material.earlier:
        for turn in material.of_chapter(told, _turns):
            if turn.state is not state:
                continue
            _end(found, state, turn.sentence, material)
            for char in turn.against:
                since = found.get(char)
                if since and (since.chapter < told.number or state.left_behind):
                    del found[char]
            for char, until, room in turn.begun:
                source = material.sentence(told, turn.sentence)
                found[char] = _Begun(told.number, source, until, room)
    return found


def _turns(told: Told, material: Material) -> Iterator[_Turn]:
    find = material.language.finder
    sentences = list(_all(told))
    for at, sentence in enumerate(sentences):
        far = _from_afar(sentences, at, material)
        for state in STATES:
            begun = tuple(_beginning(state, sentence, material))
            against = tuple(_going_against(state, sentence, material))
            if far and state.kind == WHERE:
                against = ()
            if begun or against or any(find(name).search(sentence.marked) for name in state.ends):
                yield _Turn(state, sentence, begun, against)


def _from_afar(sentences: Sequence[Sentence], at: int, material: Material) -> bool:
    """Whether somebody may be heard from afar in a sentence: on the telephone, in a letter."""
    by_wire = material.language.finder("by_wire")
    return any(by_wire.search(each.marked) for each in sentences[max(0, at - _CALL) : at + 1])


def _laid_down(material: Material) -> Iterator[tuple[Sentence, Evidence]]:
    language = material.language
    texts = [(text, text) for text in material.laid_down]
    for entry in material.case.bible.characters:
        for key, value in entry.attributes.items():
            if plain_key(key, language) in language.lists["fate_keys"]:
                texts.append((f"{entry.name} {language.lists['be'][0]} {value}.", value))
    for text, quote in texts:
        named = _by_calling(text, material)
        for sentence in material.read(named).sentences:
            yield sentence, material.quoted(0, quote[:QUOTE])


def _by_calling(text: str, material: Material) -> str:
    """A text with `their mother` as who is called Mum in the story."""
    language = material.language
    whose = language.alternatives("whose")
    for entity in material.cast.entities:
        relation = language.relation_words.get(entity.name.lower())
        if relation and entity.name in language.lists["called_kin"]:
            words = "|".join(map(re.escape, language.relations[relation].words))
            text = re.sub(rf"\b{whose} (?:{words})\b", entity.name, text, flags=re.IGNORECASE)
    return text


def _all(told: Told) -> Iterator[Sentence]:
    """A chapter's sentences, the spoken ones among them, in order."""
    yield from sorted(every_sentence(told.prose), key=lambda each: each.span.start)


def _end(begun: dict[str, _Begun], state: State, sentence: Sentence, material: Material) -> None:
    """Who is in a state no longer by a sentence; what the bible says ends by no sentence of
    nobody."""
    find = material.language.finder
    for name in state.ends if begun else ():
        for match in find(name).finditer(sentence.marked):
            people = {each.char for each in sentence.mentions}
            clause = sentence.marked[: match.end()].replace(";", ",").rpartition(",")[2]
            if any(find(each).search(clause) for each in ("negation", "irrealis")):
                continue
            for char, since in list(begun.items()):
                nobody = not people and since.chapter > 0
                if name == _BY_ANYBODY or nobody or char in clause or people == {char}:
                    del begun[char]


def _beginning(
    state: State, sentence: Sentence, material: Material
) -> Iterator[tuple[str, str, str]]:
    """Who comes into a state, until when, in which room. What makes a beginning doubtful stands
    before it: that somebody would not be back is part of it."""
    find = material.language.finder
    for char, match in _matches(state.begins, sentence, material):
        before = sentence.marked[: match.start()]
        if not any(find(each).search(before) for each in _NOT_BEGUN):
            limits = (
                limit["until"]
                for pattern in material.language.patterns("until_when")
                for limit in pattern.finditer(sentence.marked)
            )
            yield char, next(limits, ""), match.groupdict().get("word") or ""


def _going_against(state: State, sentence: Sentence, material: Material) -> Iterator[str]:
    """Who does what they could not do in a state."""
    find = material.language.finder
    for char, match in _matches(state.against, sentence, material):
        if not any(find(each).search(sentence.marked[: match.end()]) for each in _NOT_SO):
            yield char


def _matches(
    name: str, sentence: Sentence, material: Material
) -> Iterator[tuple[str, re.Match[str]]]:
    """Who is meant for sure by a list's patterns in a sentence that is no question."""
    if not sentence.mentions or "?" in sentence.marked:
        return
    sure = {each.char for each in sentence.mentions if not each.likely}
    for pattern in material.language.patterns(name):
        for match in pattern.finditer(sentence.marked):
            char = match.groupdict().get("o") or match.groupdict().get("s") or ""
            if char in sure:
                yield char, match


def _against(
    state: State, begun: dict[str, _Begun], others: frozenset[str], material: Material
) -> Iterator[Finding]:
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
        if state.kind == WHERE and _from_afar(sentences, at, material):
            continue
        for char in _going_against(state, sentence, material):
            since = begun.get(char)
            if since is None or _long_since(since, state, sentence, material):
                continue
            scene = [each for each in scenes[sentence.scene] if each.span.start >= since.at]
            if state.kind == WHERE and (
                _there(since, scene, state, material)
                or not _in_company(char, scene, state, others, material)
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
        for char, until, room in _beginning(state, sentence, material) if state.alone else ():
            source = material.sentence(draft, sentence)
            begun[char] = _Begun(draft.number, source, until, room, sentence.span.end)


def _active(material: Material) -> frozenset[str]:
    """Who does something in the earlier chapters."""
    return frozenset(
        material.cast.chars.get(each.subject, "")
        for told in material.earlier
        for each in told.statements
        if each.phrasing == "acts" and each.plain and not each.past
    )


def _scenes(sentences: Sequence[Sentence]) -> Mapping[int, list[Sentence]]:
    found: dict[int, list[Sentence]] = {}
    for sentence in sentences:
        found.setdefault(sentence.scene, []).append(sentence)
    return found


def _long_since(since: _Begun, state: State, sentence: Sentence, material: Material) -> bool:
    """Whether so much time may have passed that a state is over."""
    earlier = [each for each in material.earlier if each.number > since.chapter >= 1]
    draft = material.draft.text[: sentence.span.end]
    texts = (*(each.text for each in earlier), draft)
    if since.until and any(_reached(since.until.lower(), text, material) for text in texts):
        return True
    days = sum(chapter_days(each, material.language) for each in earlier)
    return days + told_to_pass(draft, material.language) > state.days


def _reached(until: str, text: str, material: Material) -> bool:
    """Whether a text names a time of the year, or one up to half a year after it."""
    low, language = text.lower(), material.language
    first = min(months_of(until, language), default=0)
    named = (
        month
        for name in ("months", "months_named")
        for match in language.finder(name).finditer(text)
        for month in months_of(match.group().lower(), language)
    )
    return until in low or (first > 0 and any((each - first) % _YEAR < _HALF for each in named))


def _there(since: _Begun, scene: list[Sentence], state: State, material: Material) -> bool:
    """Whether a scene is where somebody has gone, by its words or the places that it names."""
    find, cast = material.language.finder, material.cast
    places = {
        name
        for sentence in scene
        for each in sentence.mentions
        if cast.by_char[each.char].kind == "place"
        for name in cast.by_char[each.char].names
    }
    if any(name in since.source.quote for name in places):
        return True
    words = "\n".join(sentence.marked for sentence in scene)
    room = since.room and re.search(rf"\b{since.room}\b", words, re.IGNORECASE)
    return bool(room) or any(find(name).search(words) for name in state.besides[_BESIDE:])


def _in_company(
    char: str, scene: list[Sentence], state: State, others: frozenset[str], material: Material
) -> bool:
    """Whether a scene is of people who are there and have not gone: it opens with one, or one is
    known; or, for a state whose places are few, whether its words are of another place."""
    present = {each for sentence in scene for each in _going_against(state, sentence, material)}
    first = next((each for sentence in scene for each in _people(sentence, material)), char)
    if present - {char} and (first != char or not others.isdisjoint(present)):
        return True
    homely = material.language.finder("homely")
    return state.alone and any(homely.search(sentence.marked) for sentence in scene)


def _people(sentence: Sentence, material: Material) -> Iterator[str]:
    for each in sentence.mentions:
        if material.cast.by_char[each.char].kind == "person":
            yield each.char
