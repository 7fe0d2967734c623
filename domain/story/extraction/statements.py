"""Statements of the narrator's: who, what, which value, and how sure it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from domain.story.language import Language
from domain.story.text.cast import Cast
from domain.story.text.mentions import Sentence
from domain.story.text.prose import Prose

_QUOTE = 400
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
    changed: bool = False


class Mood(NamedTuple):
    """How a sentence says what it says: hedged or imagined, denied, of earlier times."""

    hedged: bool
    denied: bool
    past: bool


def statements(prose: Prose, chapter: int) -> list[Statement]:
    """All statements of a text's narrator, in order."""
    return [
        statement
        for sentence in prose.sentences
        for statement in _of_sentence(sentence, prose.text, prose.cast, chapter)
    ]


def _of_sentence(sentence: Sentence, text: str, cast: Cast, chapter: int) -> Iterator[Statement]:
    if not sentence.mentions:
        return
    language = cast.language
    low = sentence.marked.lower()
    words = frozenset(part for word in _WORDS.findall(low) for part in (word, *word.split("-")))
    mood: Mood | None = None
    for name, cues in language.cues.items():
        if not cues or cues.isdisjoint(words):
            continue
        for match in _matches(language, name, sentence.marked):
            mood = mood or _mood(low, language)
            quote, start = quoted(text, sentence, match)
            value, likes = _value(language, name, match)
            yield Statement(
                phrasing=name,
                subject=_name(cast, match, "s", "e", "i"),
                value=value,
                likes=likes,
                object=_name(cast, match, "o", "p", "i"),
                quote=quote,
                start=start,
                chapter=chapter,
                scene=sentence.scene,
                plain=not mood.hedged and not mood.denied,
                denied=mood.denied,
                past=mood.past,
                changed=any(word in words for word in language.phrasings[name].changes),
            )


def _matches(language: Language, name: str, marked: str) -> Iterator[re.Match[str]]:
    """Each place where one of a phrasing's patterns fits, one a subject."""
    seen: set[str] = set()
    for pattern in language.compiled[name]:
        for match in pattern.finditer(marked):
            whose = "".join(match.groupdict().get(group) or "" for group in ("s", "e", "i", "o"))
            if whose not in seen:
                seen.add(whose)
                yield match


def _mood(low: str, language: Language) -> Mood:
    return Mood(
        *(
            language.finder(name).search(low) is not None
            for name in ("irrealis", "negation", "flashback")
        )
    )


def _value(language: Language, name: str, match: re.Match[str]) -> tuple[str, frozenset[str]]:
    """What a match states, and every value that goes with it."""
    phrasing, groups = language.phrasings[name], match.groupdict()
    if phrasing.values:
        return language.read_value(phrasing.values, groups.get("value") or "")
    value = phrasing.fixed or (groups.get("word") or "").lower()
    if groups.get("number"):
        value = str(language.read_number(groups["number"]))
    return value, frozenset((value,))


def _name(cast: Cast, match: re.Match[str], *kinds: str) -> str:
    groups = match.groupdict()
    for kind in kinds:
        if (char := groups.get(kind)) is not None and char in cast.by_char:
            return cast.by_char[char].name
    return ""


def quoted(text: str, sentence: Sentence, match: re.Match[str] | None = None) -> tuple[str, int]:
    """A sentence's words as evidence, at most some lines of them, and where they start."""
    start, end = sentence.span
    if end - start > _QUOTE and match is not None:
        centre = start + int((end - start) * match.start() / max(1, len(sentence.marked)))
        start = max(start, centre - _QUOTE // 2)
        end = min(end, start + _QUOTE)
    return text[start:end], start
