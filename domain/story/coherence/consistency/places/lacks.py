"""What a place has not: nobody sits on the beach of a town with no sea."""

from collections.abc import Iterator

from domain.story.coherence.consistency.content import meanings
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.consistency.places.geography import KIND, named
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.text import marks
from domain.story.text.cast import Cast
from domain.story.text.mentions import Sentence


def lacking(material: Material) -> Iterator[Finding]:
    """What a place has not, and has in the draft."""
    language, cast = material.language, material.cast
    missing = [*material.of_earlier(_missing)]
    bible = material.case.bible
    texts = [(fact.text, fact.text) for fact in bible.facts]
    texts += [(rule.text, rule.text) for rule in bible.rules]
    for entry in bible.places:
        texts += [(f"{entry.name} {value}", value) for value in entry.attributes.values()]
    for text, quote in texts:
        for sentence in material.read(text).sentences:
            missing += _absent(sentence.marked, material.quoted(0, quote[:QUOTE]), material)
    for place, feature, source in missing:
        wanted = language.meanings(feature)
        for sentence in material.draft.prose.sentences:
            text = sentence.span.of(material.draft.prose.narrated).replace(marks.SPOKEN, " ")
            if not wanted & meanings(text, language):
                continue
            if any(language.finder(name).search(text) for name in ("unreal", "negation")):
                continue
            if language.finder("irrealis").search(text) or not _there(place, sentence, cast, text):
                continue
            yield material.finding(
                KIND,
                Severity.WARNING,
                f"{place} has no {feature} by what came before",
                material.sentence(material.draft, sentence),
                source,
            )
            break


def _missing(told: Told, material: Material) -> Iterator[tuple[str, str, Evidence]]:
    for sentence in told.prose.sentences:
        source = material.sentence(told, sentence)
        yield from _absent(sentence.marked, source, material)


def _absent(
    marked: str, source: Evidence, material: Material
) -> Iterator[tuple[str, str, Evidence]]:
    language, cast = material.language, material.cast
    if language.finder("unreal").search(marked):
        return
    for pattern in language.patterns("place_lacks"):
        for match in pattern.finditer(marked):
            place = match.group("p") or ""
            yield named(place, cast), match.group("word").lower(), source


def _there(place: str, sentence: Sentence, cast: Cast, text: str) -> bool:
    """Whether a sentence is about that place: it names it, as a name or as `the village`."""
    named = [
        cast.by_char[each.char].name.lower()
        for each in sentence.mentions
        if cast.by_char[each.char].kind == "place"
    ]
    return place in named or (not named and place in text.lower())
