"""What is stated of things, also of one that is only called `it`."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from domain.story.extraction.statements import Statement, of_sentence
from domain.story.language import Language
from domain.story.text import marks
from domain.story.text.cast import Cast
from domain.story.text.mentions import Sentence

_REACH = 2
"""Sentences back in which `it` may find what it means."""
_ITEM = re.compile(marks.ITEM)


def of_things(
    sentences: Iterable[Sentence], text: str, cast: Cast, chapter: int, apart: int = 0
) -> Iterator[Statement]:
    """What sentences state once the name of a thing stands where they say `it`, which means
    nothing from more than `apart` paragraphs before."""
    for sentence in _named(sentences, cast.language, apart):
        for statement in of_sentence(sentence, text, cast, chapter):
            if "thing" in statement.groups:
                yield statement


def _named(sentences: Iterable[Sentence], language: Language, apart: int) -> Iterator[Sentence]:
    """The sentences that say `it` of the only thing in reach, with its name instead; and clauses
    that say something of a thing by the way."""
    known: Sequence[str] = ()
    age, paragraph = 0, 0
    for sentence in sentences:
        if sentence.paragraph - paragraph > apart:
            known = ()
        paragraph = sentence.paragraph
        here = list(_things(sentence.marked, language))
        aside = _asides(here, sentence.marked, language)
        marked, meant = sentence.marked, list[str]()
        for pattern in language.patterns("it"):
            read = partial(_thing, here=here, known=known, aside=aside, meant=meant)
            marked = pattern.sub(read, marked)
        for thing in dict.fromkeys(meant):  # `as it burned it smoked`: two clauses
            name = re.escape(thing)
            marked = re.sub(rf"({name} [\w’'-]+) (?={name})", r"\1, ", marked)
        if marked != sentence.marked:
            yield sentence._replace(marked=marked)
        yield from _relatives(sentence, here, language)
        age = 0 if here or marked != sentence.marked else age + 1
        if here:
            known = tuple(dict.fromkeys(thing for _, thing in here))
        elif age >= _REACH:
            known = ()


def _thing(
    match: re.Match[str],
    here: Sequence[tuple[int, str]],
    known: Sequence[str],
    aside: frozenset[int],
    meant: list[str],
) -> str:
    """The only thing that an `it` can mean; the `it` itself where there is none such. What one
    has meant the next one means as well, but for what is named between: not where it was taken
    out of."""
    before = [(at, thing) for at, thing in here if at < match.start()]
    if meant:
        before = [(at, thing) for at, thing in before if at not in aside]
    fitting = list(dict.fromkeys(thing for _, thing in before)) or meant or known
    if len(fitting) != 1:
        return match.group()
    meant[:] = fitting
    return " ".join(filter(None, (match.groupdict().get("verb"), fitting[0])))


def _asides(here: Sequence[tuple[int, str]], marked: str, language: Language) -> frozenset[int]:
    """Which things of a sentence only say where another one is: `out of my coat`."""
    place = language.pattern(r"{thing_places}\s*$")
    return frozenset(at for at, _ in here if place.search(marked[max(0, at - 20) : at]))


def _relatives(
    sentence: Sentence, things: Iterable[tuple[int, str]], language: Language
) -> Iterator[Sentence]:
    """What a clause says of a thing by the way, whatever the rest of the sentence denies or
    only thinks: `he thought of the ring, which Ida kept`."""
    clause = language.pattern(r"{T}(?: [\w’'-]+){0,4}, {relatives}")
    for at, _ in things:
        if at and clause.match(sentence.marked, at):
            yield sentence._replace(marked=sentence.marked[at:])


def _things(marked: str, language: Language) -> Iterator[tuple[int, str]]:
    """The things a sentence mentions, each with its place, as they are called."""
    article = language.finder("articles")
    for match in language.pattern("{T}").finditer(marked):
        thing = match.group("thing")
        before = marked[max(0, match.start() - 8) : match.start()].rstrip()
        introduced = any(found.end() == len(before) for found in article.finditer(before))
        if _ITEM.fullmatch(thing):
            yield match.start(), thing
        elif introduced or match.start("thing") > match.start():
            kind = match.group("kind") or ""
            yield match.start(), f"{language.lists['determiners'][0]} {kind}{thing}"
