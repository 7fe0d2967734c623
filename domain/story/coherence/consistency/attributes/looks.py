"""What things look like: an item or a place of the bible in another colour."""

import re
from collections.abc import Iterator

from domain.story.bible import Named
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.text.cast import WORD

KIND = "attribute"
_COLOUR = "colour"
_WORDS = 4
"""Words of an attribute that says how something looks."""
_UNTRUE = ("unreal", "irrealis", "negation", "formerly", "flashback")


def looks(material: Material) -> Iterator[Finding]:
    """The one thing of that name, with a colour that it has not."""
    bible = material.case.bible
    for entry in (*bible.items, *bible.places):
        known = _colour(entry, material)
        noun = _noun(entry, material)
        if known is None or not noun or _others(noun, entry, material):
            continue
        value, source = known
        if found := _otherwise(noun, value, material):
            colour, quote = found
            before = _word(source.quote, material)
            yield material.finding(
                KIND,
                Severity.WARNING,
                f"{entry.name}: {before} before, {colour} in the draft",
                material.quoted(material.draft.number, quote),
                source,
            )


def _colour(entry: Named, material: Material) -> tuple[str, Evidence] | None:
    """The one colour that its attributes or its name give it, and where."""
    short = [value for value in entry.attributes.values() if len(value.split()) <= _WORDS]
    for text in (entry.name, *short):
        value, _ = material.language.read_value(_COLOUR, text)
        if value:
            return None if " " in value else (value, material.quoted(0, text))
    return None


def _word(text: str, material: Material) -> str:
    """The first word for a colour in a text."""
    found: str = material.language.finder(_COLOUR).findall(text)[0]
    return found.lower()


def _noun(entry: Named, material: Material) -> str:
    """The word of its name that says what it is."""
    words: list[str] = [
        word
        for word in WORD.findall(entry.name)
        if word.lower() not in material.language.function_words
    ]
    if not words:
        return ""
    return words[0] if material.language.adjectives_follow else words[-1]


def _others(noun: str, entry: Named, material: Material) -> bool:
    """Whether the bible knows another thing that is called so."""
    return any(
        noun.lower() in name.lower().split()
        for other in material.case.bible.entries
        if other.name != entry.name
        for name in other.names
    )


def _otherwise(noun: str, value: str, material: Material) -> tuple[str, str] | None:
    """A colour that does not go with `value`, and the sentence of the draft that gives it."""
    language, draft = material.language, material.draft
    colours = language.alternatives(_COLOUR)
    which = rf"\b(?:{language.alternatives('determiners')})\s*"
    near = rf"(?:[\w-]+,?\s+){{0,2}}?{colours}\s+(?:[\w-]+\s+)?{re.escape(noun)}\b"
    if language.adjectives_follow:
        near = rf"{re.escape(noun)}\s+(?:[\w-]+\s+)?{colours}"
    said = rf"{re.escape(noun)}\s+(?:{language.alternatives('be')})\s+{colours}"
    pattern = re.compile(rf"{which}(?:{near}|{said})", re.IGNORECASE)
    for sentence in draft.prose.sentences:
        text = sentence.span.of(draft.prose.narrated)
        match = pattern.search(text)
        if match is None or any(language.finder(name).search(text) for name in _UNTRUE):
            continue
        colour, likes = language.read_value(_COLOUR, match.group())
        _, all_there = language.read_value(_COLOUR, text)
        if colour and value not in likes and value not in all_there:
            return _word(match.group(), material), sentence.span.of(draft.text)[:QUOTE]
    return None
