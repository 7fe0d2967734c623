"""What somebody is told to do, and whether only the living can."""

from bisect import bisect_right

from domain.story.coherence.consistency.elsewhere import not_here
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.extraction.statements import Statement
from domain.story.extraction.told import Told
from domain.story.text.mentions import Sentence

DEATHS = ("dies", "not_survived")
ALIVE = ("acts", "met", "present", "with_alive")
_BACK = 3
"""Sentences back in which a dream, a memory or a letter may have begun."""


def who(statement: Statement) -> str:
    """Whose life or death a statement is about."""
    about = statement.phrasing in (*DEATHS, "met", "with_alive")
    return (statement.object if about and "o" in statement.groups else "") or statement.subject


def lives(statement: Statement, material: Material) -> bool:
    """Whether somebody does what only the living do, now."""
    if statement.phrasing not in ALIVE or not statement.plain or statement.past:
        return False
    mourned = ("at_rest",) if statement.phrasing in ("met", "with_alive") else ()
    find, quote = material.language.finder, statement.quote
    meanwhile = statement.phrasing == "acts" and find("told_when").search(quote)
    if meanwhile and find("perfect").search(quote):
        return False
    return not any(find(name).search(quote) for name in ("posthumous", *mourned))


def aside(told: Told, statement: Statement, material: Material) -> bool:
    """Whether a dream, a memory or an older time has begun shortly before, in that scene, or the
    paragraph tells of one, of a picture or of a play."""
    language = material.language
    before = [
        sentence
        for sentence in told.prose.sentences
        if sentence.span.start <= statement.start and sentence.scene == statement.scene
    ][-_BACK:]
    dreamt, told_of = language.finder("retold"), language.finder("kept_words")
    named = any(word in statement.quote for word in material.cast.own_words(who(statement)))
    letter = before[-2:] if named else before  # it goes on to say what `he` did
    return (
        any(dreamt.search(sentence.marked) for sentence in before)
        or any(told_of.search(sentence.marked) for sentence in letter)
        or not_here(told.prose, statement.start, material, of=who(statement))
    )


def named_near(statement: Statement, told: Told, material: Material, *, reach: int = 1) -> bool:
    """Whether a statement's sentence names whom it is about, or one of the `reach` before it does,
    in that paragraph, and nobody else of that gender since: a pronoun alone may mean somebody
    else."""
    sentences = told.prose.sentences
    at = bisect_right(sentences, statement.start, key=lambda each: each.span.start) - 1
    cast = material.cast
    char = cast.chars.get(who(statement), "")
    gender = cast.by_char[char].gender if char else ""
    for back in range(at, max(-1, at - reach - 1), -1):
        if sentences[back].paragraph != sentences[at].paragraph:
            return False
        named = [each for each in sentences[back].mentions if not each.pronoun]
        if any(each.char == char and (back == at or not each.owner) for each in named):
            return True
        others = (cast.by_char[each.char] for each in named if each.char != char)
        if back < at and any(one.kind == "person" and alike(one.gender, gender) for one in others):
            return False
    return False


def alike(one: str, other: str) -> bool:
    """Whether two genders may be the same."""
    return not one or not other or one == other


def deed(name: str, sentence: Sentence, told: Told, phrasing: str = "acts") -> Statement:
    """What a sentence tells of somebody, as a statement that is not sure."""
    return Statement(
        phrasing=phrasing,
        subject=name,
        value="",
        likes=frozenset(),
        object="",
        quote=sentence.span.of(told.text)[:QUOTE],
        start=sentence.span.start,
        chapter=told.number,
        scene=sentence.scene,
        sure=False,
    )
