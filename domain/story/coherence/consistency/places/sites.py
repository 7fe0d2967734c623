"""Sites: the wedding is not held in the chapel and on the beach; a hut in the wood is not by the
harbour."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.consistency.places.geography import KIND
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.text.cast import Cast
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import every_sentence


class _Site(NamedTuple):
    """What is where: an event or somebody's house, `who` is in it or has it."""

    what: frozenset[str]
    who: frozenset[str]
    where: str
    source: Evidence
    event: bool


def sites(material: Material) -> Iterator[Finding]:
    """Events and buildings of the draft that were somewhere else before."""
    before = [*_laid_down(material), *material.of_earlier(_told)]
    for now in material.of_chapter(material.draft, _told) if before else ():
        alike = [each for each in before if _same(each, now)]
        if alike and all(_apart(each, now, material) for each in alike):
            yield material.finding(
                KIND,
                Severity.WARNING,
                f"{alike[0].where} before, {now.where} in the draft",
                now.source,
                alike[0].source,
            )


def _laid_down(material: Material) -> Iterator[_Site]:
    bible = material.case.bible
    texts = [(text, text) for text in material.laid_down]
    for entry in bible.places:
        be = material.language.lists["be"][0]
        texts += [(f"{entry.name} {be} {value}.", value) for value in entry.attributes.values()]
    for text, quote in texts:
        for sentence in material.read(text).sentences:
            yield from _of(sentence, material.quoted(0, quote[:QUOTE]), material.cast)


def _told(told: Told, material: Material) -> Iterator[_Site]:
    for sentence in every_sentence(told.prose):
        source = material.sentence(told, sentence)
        yield from _of(sentence, source, material.cast)


def _of(sentence: Sentence, source: Evidence, cast: Cast) -> Iterator[_Site]:
    language, marked = cast.language, sentence.marked
    doubtful = ("unreal", "irrealis", "negation", "place_doubt")
    for name in ("event_at", "building_at"):
        for pattern in language.patterns(name):
            for match in pattern.finditer(marked):
                said = marked[: match.end()]
                if "?" in marked or any(language.finder(each).search(said) for each in doubtful):
                    continue
                groups = match.groupdict()
                whose = frozenset(filter(None, (groups.get("s"), groups.get("p"))))
                what = (groups.get("what") or "").lower()
                meant = language.meanings(what) if what else frozenset[str]()
                where = " ".join(match["where"].lower().split())
                if whose or name == "event_at":
                    yield _Site(meant, whose, where, source, name == "event_at")


def _same(one: _Site, other: _Site) -> bool:
    if one.event != other.event or one.who != other.who:
        return False
    return bool(one.what & other.what) or not (one.what or other.what)


def _apart(one: _Site, other: _Site, material: Material) -> bool:
    """Whether two places are not one: of events by their nouns, of buildings where their
    surroundings exclude each other."""
    language = material.language
    if one.event:
        return not language.meanings(one.where) & language.meanings(other.where)
    kinds = {_surroundings(each.where, material) for each in (one, other)}
    return any(kinds == set(pair.split("/")) for pair in language.lists["apart"])


def _surroundings(where: str, material: Material) -> str:
    for line in material.language.lists["surroundings"]:
        kind, words = line.split(": ")
        if material.language.pattern(rf"^(?:{words})$").search(where):
            return kind
    return ""
