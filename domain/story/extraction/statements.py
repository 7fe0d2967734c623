"""Statements of the narrator's: who, what, which value, and how sure it is."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import NamedTuple

from domain.story.extraction.features import of_features, of_nobody
from domain.story.language import Language
from domain.story.phrasings import Wording
from domain.story.text import marks
from domain.story.text.cast import Cast
from domain.story.text.mentions import Sentence
from domain.story.text.prose import Prose
from domain.story.text.speakers import spoken

UNKNOWN = "?"
"""A speaker who is not plain."""

_QUOTE = 400
_AFTER, _SHORTLY = 25, 12
_MOODS = ("unreal", "negation", "flashback", "perfect")
_BEGINNING = 40
_GENITIVE = 8
"""Characters."""
_OBJECTS = ("o", "p", "thing", "name")
_PERSON, _PLACE, _ITEM = map(re.compile, (marks.PERSON, marks.PLACE, marks.ITEM))
_ABOUT = ("s", "o", "thing", "e", "f", "detail")
_DIGIT = re.compile(r"\d")
_JOINED = re.compile(r"['’-]")
_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing a sentence says. `likes` are the values it does not contradict; `object` somebody
    or something; `plain` when it is neither denied nor imagined nor hedged; `past` when it tells
    of earlier times."""

    phrasing: str
    subject: str
    value: str
    likes: frozenset[str]
    object: str
    quote: str
    start: int
    chapter: int
    scene: int = 0
    plain: bool = True
    denied: bool = False
    past: bool = False
    sure: bool = True
    """Whether nobody else can be meant."""
    changed: bool = False
    speaker: str = ""
    """Who says it, where it is not the narrator."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """The named groups of the pattern, lower case, mentions by name."""


class Mood(NamedTuple):
    """How a sentence says what it says: imagined, hedged as well, denied, of earlier times."""

    unreal: bool
    hedged: bool
    denied: bool
    past: bool


def statements(prose: Prose, chapter: int) -> list[Statement]:
    """All statements of a text's narrator, in order."""
    told = chain(prose.sentences, of_features(prose.sentences, prose.cast.language))
    found = [
        statement
        for sentence in told
        for statement in of_sentence(sentence, prose.text, prose.cast, chapter)
    ]
    known = {(each.phrasing, each.start) for each in found}
    found += [
        replace(statement, sure=False)
        for sentence in of_nobody(prose.sentences, prose.cast.language)
        for statement in of_sentence(sentence, prose.text, prose.cast, chapter)
        if (statement.phrasing, statement.start) not in known
        and prose.cast.language.phrasings[statement.phrasing].described
    ]
    if tells_now(prose):
        then, now = map(prose.cast.language.finder, ("tells_then", "tells_now"))
        found = [
            replace(each, past=True)
            if then.search(each.quote) and not now.search(each.quote)
            else each
            for each in found
        ]
    return sorted(found, key=lambda statement: statement.start)


def tells_now(prose: Prose) -> bool:
    """Whether a narrator tells in the present tense, so that what is in the past one is over."""
    then, now = (
        sum(1 for _ in prose.cast.language.finder(name).finditer(prose.narrated))
        for name in ("tells_then", "tells_now")
    )
    return now > then


def claims(prose: Prose, chapter: int) -> list[Statement]:
    """What is stated in dialogue, each with its speaker (empty where that is not plain)."""
    return [
        replace(statement, speaker=speaker or UNKNOWN)
        for speaker, sentence in spoken(prose)
        for statement in of_sentence(sentence, prose.text, prose.cast, chapter)
    ]


def of_sentence(sentence: Sentence, text: str, cast: Cast, chapter: int) -> Iterator[Statement]:
    """What one sentence states."""
    language = cast.language
    low = sentence.marked.lower()
    if len(low) != len(sentence.marked):  # a few letters are longer in lower case
        low = sentence.marked
    person = _PERSON.search(sentence.marked) is not None
    place = _PLACE.search(sentence.marked) is not None
    thing = _ITEM.search(low) is not None or language.low_finder("things").search(low) is not None
    words = frozenset(part for word in _WORDS.findall(low) for part in (word, *_JOINED.split(word)))
    if _DIGIT.search(low):
        words |= {"#"}
    for name, cues in language.cues.items():
        if "*" not in cues and cues.isdisjoint(words):
            continue
        wordings = [
            each
            for each in language.compiled[name]
            if (person or not each.person)
            and (place or not each.place)
            and (thing or not each.thing)
        ]
        for match, presupposed in _matches(wordings, sentence.marked):
            if language.phrasings[name].needs_names and not _opening(sentence, match):
                continue
            if _another(sentence.marked, match, language):
                continue
            mood = _mood(low, match, language)
            quote, start = quoted(text, sentence, match)
            groups = _groups(cast, match)
            value, likes = _value(language, name, groups)
            yield Statement(
                phrasing=name,
                subject=groups.get("s", ""),
                value=value,
                likes=likes,
                object=next((groups[key] for key in _OBJECTS if key in groups), ""),
                quote=quote,
                start=start,
                chapter=chapter,
                scene=sentence.scene,
                plain=(presupposed and not mood.unreal)
                or (not mood.hedged and (language.phrasings[name].negative or not mood.denied)),
                denied=mood.denied,
                past=mood.past,
                changed=not words.isdisjoint(language.turning[name]),
                groups=groups,
                sure=_sure(sentence, match),
            )


def _matches(wordings: Iterable[Wording], marked: str) -> Iterator[tuple[re.Match[str], bool]]:
    """Each place where one of the patterns fits, one for each of those it is about; whether that
    is presupposed."""
    seen: set[str] = set()
    for wording in wordings:
        for match in wording.matches(marked):
            groups = match.groupdict()
            whose = "".join(groups.get(group) or "" for group in _ABOUT)
            if whose not in seen:
                seen.add(whose)
                yield match, wording.presupposed


def _another(marked: str, match: re.Match[str], language: Language) -> bool:
    """Whether whoever a match begins with only owns what it is about: `the wife of Paul
    was`, but not `the wife of Paul, who was`."""
    if match.groupdict().get("s") is None or match.start("s") != match.start():
        return False
    after = marked[match.end("s") :].lstrip(", ")
    if after.startswith(marks.OWNER) or language.finder("who").match(after):
        return False
    before = marked[max(0, match.start() - _GENITIVE) : match.start()].rstrip()
    words = [found.end() for found in language.finder("genitive").finditer(before)]
    return bool(words) and words[-1] == len(before)


def _mood(low: str, match: re.Match[str], language: Language) -> Mood:
    """How the clause of a match says it, from its beginning to the end of the match. What makes
    a whole sentence unreal is looked for in all of it, but for a question that it leads to: whoever
    called to ask if there was news did call."""
    start = 0
    for joint in language.low_finder("joints").finditer(low, 0, match.start() + 1):
        start = joint.end() if joint.end() <= match.start() else start
    find = {name: language.low_finder(name).search for name in _MOODS}
    asked = language.low_finder("asks_whether").search(low, match.start())
    end = max(asked.start(), match.end()) if asked else len(low)
    unreal = find["unreal"](low, 0, min(end, match.end() + _AFTER)) is not None
    return Mood(
        unreal=unreal,
        hedged=unreal
        or low.rstrip().endswith("?")
        or _is_unreal(low, start, match.end(), language),
        denied=find["negation"](low, start, match.end()) is not None,
        past=find["flashback"](low) is not None
        or find["perfect"](low, start, match.start()) is not None,
    )


def _is_unreal(low: str, start: int, end: int, language: Language) -> bool:
    """Whether a clause says that it is not so; what is after it may liken it: `brown like nuts`."""
    likened = language.lists["likened"]
    return any(
        found.start() < end or found.group() not in likened
        for found in language.low_finder("irrealis").finditer(low, start, end + _SHORTLY)
    )


def _sure(sentence: Sentence, match: re.Match[str]) -> bool:
    """Whether the match's people are named, or can be nobody else."""
    for char in {text for text in match.groupdict().values() if text}:
        meant = [mention for mention in sentence.mentions if mention.char == char]
        named = any(not mention.pronoun and not mention.likely for mention in meant)
        if not named and any(mention.likely for mention in meant):
            return False
    return True


def _opening(sentence: Sentence, match: re.Match[str]) -> bool:
    """Whether whoever a match is about is named in the sentence, or begins it."""
    if not sentence.mentions:
        return False
    first = sentence.mentions[0]
    return all(
        any(mention.char == char and not mention.pronoun for mention in sentence.mentions)
        or (first.char == char and first.start - sentence.span.start <= _BEGINNING)
        for char in match.groupdict().values()
        if char and any(mention.char == char for mention in sentence.mentions)
    )


def _groups(cast: Cast, match: re.Match[str]) -> dict[str, str]:
    return {
        key: cast.by_char[text].name if text in cast.by_char else " ".join(text.split())
        for key, text in match.groupdict().items()
        if text
    }


def _value(language: Language, name: str, groups: Mapping[str, str]) -> tuple[str, frozenset[str]]:
    """What a match states, and every value that goes with it."""
    phrasing = language.phrasings[name]
    if phrasing.values:
        return language.read_value(phrasing.values, groups.get("value", ""))
    value = phrasing.fixed or groups.get("word", "").lower()
    if "number" in groups:
        value = str(language.read_number(groups["number"]) or "")
    return value, frozenset((value,))


def quoted(text: str, sentence: Sentence, match: re.Match[str] | None = None) -> tuple[str, int]:
    """A sentence's words as evidence, at most some lines of them, and where they start."""
    start, end = sentence.span
    if end - start > _QUOTE and match is not None:
        centre = start + int((end - start) * match.start() / max(1, len(sentence.marked)))
        start = max(start, centre - _QUOTE // 2)
        end = min(end, start + _QUOTE)
    return text[start:end], start
