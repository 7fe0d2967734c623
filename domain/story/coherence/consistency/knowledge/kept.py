"""Secrets of the chapters: what was said to be known to some only, or is not told somebody."""

from collections import defaultdict
from collections.abc import Iterator

from domain.story.coherence.consistency.knowledge.company import involved
from domain.story.coherence.consistency.knowledge.laid_down import spelled
from domain.story.coherence.consistency.knowledge.secrets import (
    Secret,
    given_away,
    people_in,
    rare_words,
    secret_words,
)
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.extraction.told import Told
from domain.story.text import marks
from domain.story.text.mentions import Sentence
from domain.story.text.sentences import Span, covering
from domain.story.text.speakers import every_sentence

_LEAST = 2
_BACK = 400
"""Characters before `she did not tell him` in which it is told what."""
_FEW = 3
"""Paragraphs in which a secret is told; what more of them speak of is told everywhere."""
_ON = 120
"""Characters after `nobody else knows` in which it is told to whom."""


def kept(material: Material) -> Iterator[Secret]:
    """What the chapters say that not everybody knows."""
    yield from _stated(material)
    for find in (_withheld, _confided):
        for secret, text in material.of_earlier(find):
            yield from _of_passage(secret, text, material)


def _stated(material: Material) -> Iterator[Secret]:
    """What was said to be known to some only, to nobody, or unknown to somebody."""
    by_char = material.cast.by_char
    for statement in material.before:
        of_chapter = statement.chapter and statement.sure
        if not of_chapter or statement.phrasing not in ("secret", "unaware"):
            continue
        what = statement.groups.get("what", "")
        words = secret_words(spelled(what, material), material)
        people = frozenset(name for key in ("s", "o") if (name := statement.groups.get(key)))
        about = frozenset(
            by_char[char].name for char in what if char in by_char if by_char[char].kind == "person"
        )
        secret = statement.phrasing == "secret"
        people = people or (about if secret else people)
        if len(words) + bool(about) < _LEAST or not people:
            continue
        yield Secret(
            words,
            people if secret else frozenset(),
            frozenset() if secret else people,
            material.evidence(statement),
            statement.chapter,
            statement.start + len(statement.quote),
            about=about,
        )


def _withheld(told: Told, material: Material) -> Iterator[tuple[Secret, str]]:
    """What somebody learns, and then does not tell one of the others; with where it is told."""
    language, cast = material.language, material.cast
    for sentence in every_sentence(told.prose):
        if not sentence.mentions or language.finder("unreal").search(sentence.marked):
            continue
        ignorant = frozenset(
            cast.by_char[match["s"]].name
            for pattern in language.patterns("withheld")
            for match in pattern.finditer(sentence.marked)
        )
        if ignorant:
            secret = _kept_at(told, sentence.span, frozenset(), ignorant, material)
            text = _blanked(told, sentence, ignorant, material)
            yield secret, text[_since(told, sentence.span.start) :]


def _blanked(told: Told, at: Sentence, who: frozenset[str], material: Material) -> str:
    """What comes before a sentence, without those that somebody takes part in: they know as
    much."""
    text = told.text[: at.span.start]
    for sentence in told.prose.sentences:
        start, end = sentence.span
        if end <= len(text) and who & people_in(sentence, material):
            text = text[:start] + " " * (end - start) + text[end:]
    return text


def _confided(told: Told, material: Material) -> Iterator[tuple[Secret, str]]:
    """What was said, and then that nobody else knows, or is to know; with where it is told."""
    language, cast = material.language, material.cast
    for match in language.finder("secret_back").finditer(told.text):
        around = Span(match.start(), _reach(told, match.end()))
        left_out = frozenset(
            cast.by_char[found["s"]].name
            for sentence in every_sentence(told.prose)
            if sentence.span.start <= match.start() < sentence.span.end
            for pattern in language.patterns("withheld")
            for found in pattern.finditer(sentence.marked)
        )
        start = _since(told, match.start())
        knowing = involved(told, start, around.end, material) - left_out
        if knowing:
            secret = _kept_at(told, around, knowing, frozenset(), material)
            yield secret, told.text[start : around.start]


def _kept_at(
    told: Told, at: Span, knowing: frozenset[str], ignorant: frozenset[str], material: Material
) -> Secret:
    source = material.quoted(told.number, _line(told.text, at.start))
    return Secret((), knowing, ignorant, source, told.number, at.end)


def _of_passage(secret: Secret, text: str, material: Material) -> Iterator[Secret]:
    """A secret that is told in a passage."""
    words = secret_words(text, material)
    rare = rare_words(words, text, material)
    if rare and len(words) >= _LEAST:
        yield secret._replace(words=words, rare=rare, passage=True)


def passages(secret: Secret, material: Material) -> Iterator[Secret]:
    """Where the chapters tell what the bible calls a secret: its details are one as well."""
    found = [
        text
        for text, people in material.of_earlier(_paragraphs)
        if given_away(secret, text, people, material.language)
    ]
    if not found or len(found) > _FEW:
        return
    yield from _of_passage(secret, "\n\n".join(found), material)


def _paragraphs(told: Told, material: Material) -> Iterator[tuple[str, frozenset[str]]]:
    """A chapter's paragraphs, each with who is mentioned in it by the narrator or by who speaks."""
    people: defaultdict[int, frozenset[str]] = defaultdict(frozenset)
    for sentence in every_sentence(told.prose):
        people[sentence.paragraph] |= people_in(sentence, material)
    for number, span in enumerate(told.prose.paragraphs):
        yield span.of(told.text), people[number]


def _since(told: Told, at: int) -> int:
    """Where what comes before begins: with a paragraph, or some sentences back."""
    return told.text.rfind("\n\n", 0, max(0, at - _BACK)) + 1


def _reach(told: Told, at: int) -> int:
    """How far it is told who knows: to the end of the narrator's sentence, some words further
    after what is said."""
    if told.prose.narrated[at - 1] == marks.SPOKEN:
        return at + _ON
    span = covering([each.span for each in told.prose.sentences], at - 1)
    return span.end if span else at + _ON


def _line(text: str, at: int) -> str:
    """The words around, as far as the line goes."""
    start = max(text.rfind("\n", 0, at) + 1, at - QUOTE // 2)
    end = text.find("\n", at)
    return text[start : min(end if end >= 0 else len(text), start + QUOTE)].strip()
