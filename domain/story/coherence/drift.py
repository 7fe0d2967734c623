"""Character: does a draft show somebody as the opposite of what the story has established?"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from domain.story.bible import Bible
from domain.story.coherence.case import Analysis, Case
from domain.story.coherence.verdict import Evidence, Finding, Severity, Skipped
from domain.story.cues import Patterns, TraitKind
from domain.story.facts import Fact
from domain.story.language import Language
from domain.story.reading import ChapterText
from domain.story.text import marks
from domain.story.text.cast import Cast
from domain.story.text.discovery import discover
from domain.story.text.prose import Prose, read_prose
from domain.story.text.speakers import uttered

_QUOTE = 400
_NEAR = 60
"""Characters of a sentence, from its subject on, in which the narrator says what they are like."""

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_ABOUT = frozenset({"trait", "is", "speaks"})
"""Predicates of facts that say what somebody is like."""


class Claim(NamedTuple):
    """What somebody is said to be like, where, and in which words."""

    name: str
    trait: TraitKind
    source: str
    quote: str


class Showing(NamedTuple):
    """A passage that shows the opposite; `remarked` when the text remarks on it."""

    quote: str
    remarked: bool


class CharacterDriftDetector:
    """Holds a draft against what bible and approved chapters say that characters are like.

    A warning where the draft plainly shows the opposite, with no word about it. Where the text
    itself remarks on the change, or an approved chapter has shown it already, it is growth: for
    information in the first case, nothing in the second.
    """

    name = "drift"

    def analyse(self, case: Case) -> Analysis:
        """Characters out of character; quotes of the claim and of the draft."""
        if not case.language.trait_kinds:
            reason = f"no traits are known in the language {case.language.code!r}"
            return Analysis(skipped=[Skipped(check=self.name, reason=reason)])
        claims = _claims(case)
        if not claims:
            return Analysis()
        draft = _Shown(case.bible, case.draft.chapter, case.language)
        earlier = [_Shown(case.bible, each.chapter, case.language) for each in case.earlier]
        findings = []
        for claim in claims.values():
            showings = draft.showings(claim)
            if showings and not any(each.showings(claim) for each in earlier):
                findings.append(_finding(claim, showings))
        return Analysis(findings)


def _finding(claim: Claim, showings: Sequence[Showing]) -> Finding:
    plain = [each for each in showings if not each.remarked]
    worst = plain[0] if plain and len(plain) == len(showings) else showings[0]
    grown = worst.remarked or len(plain) < len(showings)
    trait = claim.trait.name.replace("_", " ")
    return Finding(
        analyser=CharacterDriftDetector.name,
        kind="drift",
        severity=Severity.INFO if grown else Severity.WARNING,
        message=f"{claim.name} is out of character ({trait}); "
        + ("the text remarks on it" if grown else "nothing in the text says why"),
        evidence=(
            Evidence(source="draft", quote=worst.quote),
            Evidence(source=claim.source, quote=claim.quote),
        ),
    )


def _claims(case: Case) -> Mapping[tuple[str, str], Claim]:
    """What the bible, facts and approved chapters say of each character; the bible goes first."""
    found: dict[tuple[str, str], Claim] = {}
    for claim in (*_of_bible(case), *_of_facts(case), *_of_chapters(case)):
        found.setdefault((claim.name, claim.trait.name), claim)
    return found


def _of_bible(case: Case) -> Iterator[Claim]:
    for character in case.bible.characters:
        texts = [(text, text) for text in _sentences_about(character.names, case.bible)]
        texts += [(sentence, sentence) for sentence in _SENTENCE.findall(character.voice)]
        for key, value in character.attributes.items():
            texts += [(phrase, value) for phrase in _phrases(key, value, case.language)]
        for text, quote in texts:
            for trait in _claimed(text, case.language):
                yield Claim(character.name, trait, "bible", quote[:_QUOTE])


def _phrases(key: str, value: str, language: Language) -> Iterator[str]:
    """How an attribute may be put in words: `drinks: never`, `fear: heights`."""
    yield value
    if value.strip().lower().rstrip(".") in language.traits.denials:
        yield language.traits.denied.format(key=key)
    else:
        yield language.traits.named.format(key=key, value=value)


def _sentences_about(names: Iterable[str], bible: Bible) -> Iterator[str]:
    """The bible's statements with one of these names as their first word or words."""
    beginnings = tuple(names)
    for text in (*(fact.text for fact in bible.facts), *(rule.text for rule in bible.rules)):
        if text.startswith(beginnings):
            yield text
    for fact in bible.facts:
        if fact.subject in beginnings and fact.object:
            yield fact.object


def _of_facts(case: Case) -> Iterator[Claim]:
    facts: list[Fact] = [*case.facts, *(fact for each in case.earlier for fact in each.facts)]
    for fact in facts:
        if fact.predicate in _ABOUT and fact.source.quote and not fact.believer:
            chapter = fact.source.chapter
            source = f"chapter {chapter}" if chapter else "bible"
            for trait in _claimed(fact.object, case.language):
                yield Claim(fact.subject, trait, source, fact.source.quote)


def _of_chapters(case: Case) -> Iterator[Claim]:
    """What characters say of themselves, and the narrator of one of them."""
    first_person = re.compile("|".join(case.language.traits.first_person) or r"(?!)", re.IGNORECASE)
    for reading in case.earlier:
        text = reading.chapter.text
        traits = _claimed(text, case.language)
        if not traits:
            continue
        source = f"chapter {reading.chapter.number}"
        prose = _Shown(case.bible, reading.chapter, case.language).prose
        for sentence in prose.sentences:
            subject = prose.cast.by_char.get(sentence.marked[:1])
            if subject is None or subject.kind != "person":
                continue
            said_of = sentence.marked[:_NEAR]
            if said_of[1:2] == marks.OWNER:
                continue
            for trait in _claimed(said_of, case.language, traits):
                yield Claim(subject.name, trait, source, sentence.span.of(text)[:_QUOTE])
        for speaker, quotation in uttered(prose):
            words = quotation.span.of(text)
            if speaker and first_person.match(words):
                for trait in _claimed(words[:_QUOTE], case.language, traits):
                    yield Claim(speaker, trait, source, words[:_QUOTE])


def _claimed(
    text: str, language: Language, traits: Iterable[TraitKind] | None = None
) -> list[TraitKind]:
    among = language.trait_kinds if traits is None else traits
    return [trait for trait in among if any(each.search(text) for each in trait.claims)]


class _Shown:
    """What a chapter shows of characters; it is taken apart when that is first asked for."""

    def __init__(self, bible: Bible, chapter: ChapterText, language: Language) -> None:
        self._bible = bible
        self._chapter = chapter
        self._language = language

    @cached_property
    def prose(self) -> Prose:
        """The chapter taken apart."""
        return read_prose(self._chapter.text, self._cast)

    @cached_property
    def _cast(self) -> Cast:
        return discover(self._bible, (self._chapter.text,), self._language)

    @cached_property
    def _growth(self) -> Patterns:
        return tuple(map(self._language.pattern, self._language.traits.growth))

    def showings(self, claim: Claim) -> list[Showing]:
        """The passages that show the opposite of a claim."""
        char = self._cast.chars.get(claim.name)
        return [*self._narrated(claim.trait, char), *self._said(claim)] if char else []

    def _narrated(self, trait: TraitKind, char: str) -> Iterator[Showing]:
        language = self._language
        for sentence in self.prose.sentences:
            if char not in sentence.marked:
                continue
            for pattern in trait.shown:
                for match in pattern.finditer(sentence.marked):
                    clause = match.group()
                    if match.group("s") != char or any(
                        language.finder(doubt).search(clause) for doubt in ("negation", "irrealis")
                    ):
                        continue
                    if language.finder("irrealis").search(sentence.marked[: match.start()]):
                        continue
                    quote = sentence.span.of(self.prose.text)[:_QUOTE]
                    yield Showing(quote, self._remarked(trait, sentence.paragraph))

    def _said(self, claim: Claim) -> Iterator[Showing]:
        trait = claim.trait
        if not trait.spoken and trait.cues.longest_speech is None:
            return
        for speaker, quotation in uttered(self.prose):
            words = quotation.span.of(self.prose.text)
            most = trait.cues.longest_speech
            long = most is not None and len(words.split()) > most
            if speaker == claim.name and (long or _any(trait.spoken, words)):
                yield Showing(words[:_QUOTE].strip(), self._remarked(trait, quotation.paragraph))

    def _remarked(self, trait: TraitKind, number: int) -> bool:
        """Whether a paragraph or one of its neighbours remarks on the change."""
        near = self.prose.paragraphs[max(number - 1, 0) : number + 2]
        text = self.prose.text[near[0].start : near[-1].end]
        return _any(self._growth, text) or _any(trait.claims, text)


def _any(patterns: Patterns, text: str) -> bool:
    return any(pattern.search(text) for pattern in patterns)
