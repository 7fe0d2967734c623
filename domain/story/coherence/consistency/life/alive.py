"""Who lives, and is told of as long dead; who died long ago, and is said to have died lately."""

from collections.abc import Iterator, Mapping

from domain.story.coherence.consistency.life.deeds import lives, who
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement
from domain.story.keys import plain_key
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import spoken

_KIND = "life_and_death"
_NEAR = 300
_DOUBTFUL = ("unreal", "irrealis", "negation")


def dead_or_alive(dead: Mapping[str, Statement], material: Material) -> Iterator[Finding]:
    """Deaths of which the draft tells that they were long ago, or lately, and were not."""
    living = _living(material) if not material.years_pass else {}
    reported: set[str] = set()
    for said, sentence in _sentences(material):
        for name, when in _told("dead_for_long", "long", sentence, material) if living else ():
            if name in living and name not in dead and name not in reported:
                reported.add(name)
                yield _finding(
                    f"{name} is alive, and {when} dead in the draft",
                    said,
                    sentence,
                    living[name],
                    material,
                )
        for name, when in _told("died_lately", "lately", sentence, material):
            death = dead.get(name)
            if death is not None and name not in reported and _long_ago(death, material):
                reported.add(name)
                yield _finding(
                    f"{name} has been dead for long, and died {when} in the draft",
                    said,
                    sentence,
                    death,
                    material,
                )


def _sentences(material: Material) -> Iterator[tuple[bool, Sentence]]:
    """The draft's sentences, with whether they are said; but for what may be a lie."""
    draft, lies = material.draft, material.language.finder("lies")
    yield from ((False, each) for each in draft.prose.sentences)
    for _, sentence in spoken(draft.prose):
        start, end = sentence.span
        if not lies.search(draft.text[max(0, start - _NEAR) : end + _NEAR]):
            yield True, sentence


def _told(
    patterns: str, when: str, sentence: Sentence, material: Material
) -> Iterator[tuple[str, str]]:
    """Of whom a sentence tells it by name, neither denied nor imagined."""
    language = material.language
    for pattern in language.patterns(patterns):
        for match in pattern.finditer(sentence.marked):
            said = sentence.marked[: match.end()]
            char = match.groupdict().get("s") or match.groupdict().get("o") or ""
            named = any(each.char == char and not each.pronoun for each in sentence.mentions)
            if named and not any(language.finder(name).search(said) for name in _DOUBTFUL):
                yield material.cast.by_char[char].name, when


def _living(material: Material) -> Mapping[str, Statement]:
    """Who is alive by the bible, or acted in the chapters before the draft."""
    language = material.language
    found: dict[str, Statement] = {}
    for statement in material.before:
        told = statement.phrasing == "acts" or (
            not statement.chapter and statement.phrasing == "present"
        )
        if told and statement.sure and lives(statement, material):
            found.setdefault(who(statement), statement)
    for person in material.case.bible.characters:
        for key, value in person.attributes.items():
            predicate = language.predicates.get(plain_key(key, language))
            if predicate == "alive" and language.finder("alive_values").fullmatch(value.strip()):
                none = frozenset[str]()
                found[person.name] = Statement("present", person.name, "", none, "", value, 0, 0)
    return found


def _long_ago(death: Statement, material: Material) -> bool:
    """Whether somebody had been dead for years, or for chapters, when the draft begins."""
    if death.chapter:
        return death.chapter < material.draft.number - 1 and not material.years_pass
    return material.language.finder("far_back").search(death.quote) is not None


def _finding(
    message: str, said: bool, sentence: Sentence, prior: Statement, material: Material
) -> Finding:
    words = sentence.span.of(material.draft.text)[:QUOTE]
    return material.finding(
        _KIND,
        Severity.WARNING,
        message + (", somebody says" if said else ""),
        material.quoted(material.draft.number, words),
        material.evidence(prior),
    )
