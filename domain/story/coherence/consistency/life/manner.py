"""How somebody died: nobody is poisoned in one chapter and shot in another."""

from collections.abc import Iterator, Mapping

from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.consistency.relations.kinsfolk import Kinsfolk
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.statements import UNKNOWN, Statement
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import spoken

_NEAR = 250
"""Characters around words in which it may be told that they are not true."""
_TOLD = 700
"""Characters around a name in which the manner of a death may be told."""


def manner_of_death(
    dead: Mapping[str, Statement], kinsfolk: Kinsfolk, material: Material
) -> Iterator[Finding]:
    """Deaths told in the draft otherwise than before."""
    language = material.language
    lies = language.finder("lies")
    text = material.draft.text
    for said, sentence in _sentences(kinsfolk, material):
        start, end = sentence.span
        if said and lies.search(text[max(0, start - _NEAR) : end + _NEAR]):
            continue
        if _hedged(sentence, material):
            continue
        for pattern in language.patterns("manner_told"):
            for match in pattern.finditer(sentence.marked):
                name = material.cast.by_char[match["s"]].name
                now = _manner(match["word"], material)
                source = _before(name, now, material) if name in dead and now else None
                if source is not None:
                    yield material.finding(
                        "life_and_death",
                        Severity.WARNING,
                        f"{name} died another way by what came before",
                        material.quoted(material.draft.number, text[start:end][:QUOTE]),
                        source,
                    )
                    return


def _sentences(kinsfolk: Kinsfolk, material: Material) -> Iterator[tuple[bool, Sentence]]:
    """The draft's sentences, and whether they are said."""
    prose = material.draft.prose
    for sentence in prose.sentences:
        yield False, kinsfolk.restated(sentence) or sentence
    for speaker, sentence in spoken(prose):
        char = material.cast.chars.get(speaker or UNKNOWN, "")
        yield True, kinsfolk.restated(sentence, char) or sentence


def _hedged(sentence: Sentence, material: Material) -> bool:
    """Whether a sentence asks, supposes, or tells that it was otherwise than was thought."""
    finder = material.language.finder
    said = finder("not_forgotten").sub("", sentence.marked)
    doubtful = ("unreal", "negation", "irrealis", "after_all", "hearsay")
    return said.rstrip(" \"”»’'").endswith("?") or any(
        finder(name).search(said) for name in doubtful
    )


def _manner(text: str, material: Material) -> str:
    """The first manner of death that a text has a word for."""
    low = text.lower()
    for manner in material.language.lists["manners"]:
        if material.language.pattern(rf"\b(?:{manner})\b").search(low):
            return manner
    return ""


def _before(name: str, now: str, material: Material) -> Evidence | None:
    """Where another manner is told before of somebody's death, and that one nowhere."""
    language = material.language
    here = language.pattern(rf"\b(?:{now})\b")
    bible = material.case.bible
    laid = [fact.text for fact in bible.facts] + [line.text for line in bible.timeline]
    laid += [value for each in bible.characters for value in each.attributes.values()]
    texts = [(0, text) for text in laid] + [(told.number, told.text) for told in material.earlier]
    if any(here.search(text) for _, text in texts):
        return None
    names = material.cast.own_words(name)
    deaths = language.finder("deaths")
    others = [each for each in language.lists["manners"] if each != now]
    finder = language.pattern(rf"\b(?:{'|'.join(others)})\b")
    for number, text in texts:
        for match in finder.finditer(text):
            around = text[max(0, match.start() - _TOLD) : match.end() + _TOLD]
            near = text[max(0, match.start() - 60) : match.end() + 60]
            if not any(each in around for each in names) or not deaths.search(near):
                continue
            start = max(text.rfind(mark, 0, match.start()) for mark in '.!?\n“"«—') + 1
            stops = [at for mark in ".!?\n" if (at := text.find(mark, match.end())) >= 0]
            quote = text[start : min(stops, default=len(text) - 1) + 1].strip()
            return material.quoted(number, quote[:QUOTE])
    return None
