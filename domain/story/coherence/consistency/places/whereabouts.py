"""Who was left behind or sent away, and is there all the same; who never left, and had."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.story.coherence.consistency.material import Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.text.mentions import Sentence

KIND = "place_and_travel"
_BACK = 3
"""Sentences before somebody's deed in which a way may be told of."""
_NOT_SO = ("unreal", "irrealis", "negation", "flashback", "retold", "perfect", "by_wire")


@dataclass(frozen=True)
class _Away:
    """Where somebody went or stayed without the others."""

    places: frozenset[str]
    others: frozenset[str]
    """Those who are not where they are."""
    source: Evidence


def whereabouts(material: Material) -> Iterator[Finding]:
    """Who is on the scene, and was somewhere else at the last chapter's end."""
    yield from _parted(material)
    yield from _never_left(material)


def _parted(material: Material) -> Iterator[Finding]:
    if not material.earlier:
        return
    away = _away(material.earlier[-1], material)
    draft, language = material.draft, material.language
    for at, char in _deeds(material) if away else ():
        if char not in away:
            continue
        gone = away.pop(char)
        sentences = draft.prose.sentences[: at + 1]
        way = [each for each in sentences if char in each.marked or each in sentences[-_BACK:]]
        if any(
            language.finder(name).search(each.marked)
            for each in way
            for name in ("homeward", "came_back", "later")
        ):
            continue
        chars = {each.char for sentence in sentences for each in sentence.mentions}
        here = {
            each.char
            for sentence in sentences
            if sentence.scene == sentences[-1].scene
            for each in sentence.mentions
        }
        if not gone.places or chars & gone.places or not here & gone.others:
            continue
        yield material.finding(
            KIND,
            Severity.WARNING,
            f"{material.cast.by_char[char].name} was elsewhere at the last chapter's end, and is "
            "here with no way between",
            material.sentence(draft, sentences[-1]),
            gone.source,
        )


def _deeds(material: Material) -> Iterator[tuple[int, str]]:
    """Who is there in person in the draft, by which of its sentences."""
    find = material.language.finder
    for at, sentence in enumerate(material.draft.prose.sentences):
        likely = {each.char for each in sentence.mentions if each.likely}
        for pattern in material.language.patterns("in_person") if sentence.mentions else ():
            for match in pattern.finditer(sentence.marked):
                char = match.groupdict().get("o") or match.groupdict().get("s") or ""
                said = sentence.marked[: match.end()]
                if char not in likely and not any(find(name).search(said) for name in _NOT_SO):
                    yield at, char


def _away(told: Told, material: Material) -> dict[str, _Away]:
    """Who was away from others when a chapter ended."""
    language, sentences = material.language, told.prose.sentences
    found: dict[str, _Away] = {}
    for at, sentence in enumerate(sentences):
        for char in {each.char for each in sentence.mentions} & found.keys():
            if language.finder("came_back").search(sentence.marked):
                del found[char]
        if language.finder("unreal").search(sentence.marked):
            continue
        for pattern in language.patterns("parted"):
            for match in pattern.finditer(sentence.marked):
                said = match.group()
                if any(language.finder(name).search(said) for name in ("negation", "irrealis")):
                    continue
                left = {match.groupdict().get("o") or ""} - {""}
                found[match["s"]] = _Away(
                    _places(sentences[max(0, at - 1) : at + 2], material),
                    frozenset((_people(sentences[at + 1 :]) | left) - {match["s"]})
                    or _people(sentences[:at]) - _people(sentences[at : at + 1]),
                    material.sentence(told, sentence),
                )
    return found


def _places(sentences: Sequence[Sentence], material: Material) -> frozenset[str]:
    return frozenset(
        each.char
        for sentence in sentences
        for each in sentence.mentions
        if material.cast.by_char[each.char].kind == "place"
    )


def _people(sentences: Sequence[Sentence]) -> frozenset[str]:
    return frozenset(each.char for sentence in sentences for each in sentence.mentions)


def _never_left(material: Material) -> Iterator[Finding]:
    """Who is said not to have left a place that they left in the chapters before."""
    language, draft = material.language, material.draft
    for sentence in draft.prose.sentences:
        if language.finder("unreal").search(sentence.marked):
            continue
        for pattern in language.patterns("never_left"):
            for match in pattern.finditer(sentence.marked):
                source = _left(match["s"], match["p"], material)
                if source is not None:
                    yield material.finding(
                        KIND,
                        Severity.WARNING,
                        f"{material.cast.by_char[match['s']].name} had left by what came before",
                        material.sentence(draft, sentence),
                        source,
                    )
                    return


def _left(char: str, place: str, material: Material) -> Evidence | None:
    """Where the last chapters tell that somebody came from a place."""
    language, cast = material.language, material.cast
    for told in material.earlier[-2:]:
        for statement in told.statements:
            gone = statement.phrasing == "travels" and statement.plain and not statement.past
            theirs = gone and cast.chars.get(statement.subject) == char
            if theirs and cast.chars.get(statement.object, place) != place:
                return material.evidence(statement)
        for sentence in told.prose.sentences:
            if char not in sentence.marked or language.finder("unreal").search(sentence.marked):
                continue
            for pattern in language.patterns("came_from"):
                if any(match["p"] == place for match in pattern.finditer(sentence.marked)):
                    return material.sentence(told, sentence)
    return None
