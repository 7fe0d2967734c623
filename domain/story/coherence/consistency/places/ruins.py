"""Places that are no more: nobody dines in an inn that has burned down, or that has closed."""

import re
from collections.abc import Iterator

from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.keys import plain_key
from domain.story.text.mentions import Sentence

KIND = "place_and_travel"
_UNTRUE = ("unreal", "irrealis", "negation")
_EARLIER = ("flashback", "perfect", "retold")


def ruins(material: Material) -> Iterator[Finding]:
    """Who is in a place that by what came before nobody can be in."""
    gone = {**dict(_laid_down(material)), **dict(material.of_earlier(_told))}
    draft, language = material.draft, material.language
    reported: set[str] = set()
    for sentence in draft.prose.sentences if gone else ():
        text = sentence.span.of(draft.prose.narrated)
        doubtful = (*_UNTRUE, *_EARLIER, "remains")
        if any(language.finder(name).search(text) for name in doubtful):
            continue
        for pattern in language.patterns("place_used"):
            for match in pattern.finditer(sentence.marked):
                place = _named(match, material)
                if place not in gone or place in reported:
                    continue
                reported.add(place)
                if not _mended(place, sentence, material):
                    yield material.finding(
                        KIND,
                        Severity.WARNING,
                        f"{place} is no more by what came before, and is used in the draft",
                        material.sentence(draft, sentence),
                        gone[place],
                    )


def _laid_down(material: Material) -> Iterator[tuple[str, Evidence]]:
    language, bible = material.language, material.case.bible
    texts = [rule.text for rule in bible.rules] + [fact.text for fact in bible.facts]
    for text in (*texts, *(line.text for line in bible.timeline)):
        for sentence in material.read(text).sentences:
            for place in _ruined(sentence, material):
                yield place, material.quoted(0, text[:QUOTE])
    for entry in bible.places:
        for key, value in entry.attributes.items():
            told = plain_key(key, language) in language.lists["fate_keys"]
            if told and language.finder("ruined_values").search(value):
                yield entry.name.lower(), material.quoted(0, value[:QUOTE])


def _told(told: Told, material: Material) -> Iterator[tuple[str, Evidence]]:
    for sentence in told.prose.sentences:
        for place in _ruined(sentence, material):
            yield place, material.sentence(told, sentence)


def _ruined(sentence: Sentence, material: Material) -> Iterator[str]:
    find = material.language.finder
    marked = find("never_mended").sub("", sentence.marked)
    patterns = material.language.patterns("place_ruined")
    found = [match for pattern in patterns for match in pattern.finditer(marked)]
    doubtful = (*_UNTRUE, "believed_so", "place_mended")
    if found and not any(find(name).search(marked) for name in doubtful):
        yield from (_named(match, material) for match in found)


def _named(match: re.Match[str], material: Material) -> str:
    text = match["p"]
    known = material.cast.by_char.get(text)
    return known.name.lower() if known else text.lower()


def _mended(place: str, sentence: Sentence, material: Material) -> bool:
    """Whether the story says, of that place, that it stands again, or that it is another one."""
    known = material.cast.named(place)
    names = known.names if known else (place,)
    named = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in names), re.IGNORECASE)
    again = material.language.finder("place_mended")
    for told in (*material.earlier, material.draft):
        for each in told.prose.sentences:
            if told is material.draft and each.span.start > sentence.span.start:
                return False
            text = each.span.of(told.text)
            if named.search(text) and again.search(text):
                return True
    return False
