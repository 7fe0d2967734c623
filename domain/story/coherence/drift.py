"""Character: does a draft show somebody as the opposite of what the story has established?"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

from domain.story.bible import Bible
from domain.story.coherence.case import Analysis, Case
from domain.story.coherence.habits import habits
from domain.story.coherence.verdict import Evidence, Finding, Severity, Skipped
from domain.story.cues import Patterns, TraitKind
from domain.story.extraction.told import Told
from domain.story.facts import Fact
from domain.story.language import Language
from domain.story.reading import ChapterReading
from domain.story.text import marks
from domain.story.text.mentions import Sentence
from domain.story.text.prose import Prose
from domain.story.text.speakers import uttered

_QUOTE = 400
_NEAR = 60
"""Characters of a sentence, from its subject on, in which the narrator says what they are like."""

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_OR = re.compile(r",?\s+(?:n?or|ou|ni)\s+|,\s+")
_ABOUT = frozenset({"trait", "is", "speaks"})
"""Predicates of facts that say what somebody is like."""


Pair = tuple[str, str]
"""A character and a trait, by name."""


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
        told = case.apart()
        *before, draft = told
        shown = _shown(draft)
        names = {name for _, name in shown}
        traits = [trait for trait in case.language.trait_kinds if trait.name in names]
        found = _claims(case, before, traits)
        claims = {
            pair: claim
            for pair, claim in found.items()
            if pair in shown and not any(pair in _shown(told) for told in before)
        }
        found_out = [_finding(claim, shown[pair]) for pair, claim in claims.items()]
        return Analysis([*found_out, *habits(case, told)])


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


def _claims(case: Case, told: Sequence[Told], traits: Sequence[TraitKind]) -> Mapping[Pair, Claim]:
    """What the bible, facts and approved chapters say of each character; the bible goes first."""
    found: dict[Pair, Claim] = {}
    names = {trait.name for trait in traits}
    of_chapters = (each for each in _of_chapters(case, told) if each.trait.name in names)
    for claim in chain(_of_bible(case, traits), _of_facts(case, traits), of_chapters):
        found.setdefault((claim.name, claim.trait.name), claim)
    return found


def _of_bible(case: Case, traits: Sequence[TraitKind]) -> Iterator[Claim]:
    for character in case.bible.characters:
        texts = [(text, text) for text in _sentences_about(character.names, case.bible)]
        texts += [(sentence, sentence) for sentence in _SENTENCE.findall(character.voice)]
        for key, value in character.attributes.items():
            texts += [(phrase, value) for phrase in _phrases(key, value, case.language)]
        for text, quote in texts:
            for trait in _claimed(text, traits):
                yield Claim(character.name, trait, "bible", quote[:_QUOTE])


def _phrases(key: str, value: str, language: Language) -> Iterator[str]:
    """How an attribute may be put in words: `drinks: never`, `fear: heights`."""
    yield value
    if key.strip().lower() in language.lists["keys_hates"]:
        fear = language.lists["keys_hates"][0]
        yield from (language.traits.named.format(key=fear, value=each) for each in _OR.split(value))
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


def _of_facts(case: Case, traits: Sequence[TraitKind]) -> Iterator[Claim]:
    facts: list[Fact] = [*case.facts, *(fact for each in case.earlier for fact in each.facts)]
    for fact in facts:
        if fact.predicate in _ABOUT and fact.source.quote and not fact.believer:
            chapter = fact.source.chapter
            source = f"chapter {chapter}" if chapter else "bible"
            for trait in _claimed(fact.object, traits):
                yield Claim(fact.subject, trait, source, fact.source.quote)


def _of_chapters(case: Case, told: Sequence[Told]) -> Iterator[Claim]:
    for each, reading in zip(told, case.earlier, strict=True):
        yield from each.prose.once(_of_chapter, partial(_of_chapter, each, reading))


def _of_chapter(told: Told, reading: ChapterReading) -> Sequence[Claim]:
    """What characters say of themselves, and the narrator of one of them."""
    found: list[Claim] = []
    prose, text = told.prose, told.text
    language = prose.cast.language
    source = f"chapter {told.number}"
    for sentence in prose.sentences:
        found += _unheard_of(sentence, source, told, language.trait_kinds)
    here = _claimed(text, language.trait_kinds)
    if not here:
        return found
    for sentence in prose.sentences:
        subject = prose.cast.by_char.get(sentence.marked[:1])
        said_of = sentence.marked[:_NEAR]
        if subject is None or subject.kind != "person" or said_of[1:2] == marks.OWNER:
            continue
        quote = sentence.span.of(text)[:_QUOTE]
        found += [Claim(subject.name, trait, source, quote) for trait in _claimed(said_of, here)]
    first_person = re.compile("|".join(language.traits.first_person) or r"(?!)", re.IGNORECASE)
    for utterance in reading.utterances:
        words = utterance.text[:_QUOTE]
        if utterance.speaker and words in text and first_person.match(words):
            speaker = utterance.speaker
            found += [Claim(speaker, trait, source, words) for trait in _claimed(words, here)]
    return found


def _unheard_of(
    sentence: Sentence, source: str, told: Told, traits: Sequence[TraitKind]
) -> Iterator[Claim]:
    """What nobody has known somebody to do: `I had never heard him swear, or raise his voice`."""
    cast = told.prose.cast
    for pattern in cast.language.patterns("never_known"):
        match = pattern.search(sentence.marked)
        if match is None:
            continue
        quote = sentence.span.of(told.text)[:_QUOTE]
        tail = quote.rpartition(match["verb"])[2].split(maxsplit=1)[-1]
        for clause in _OR.split(tail):
            for trait in _claimed(cast.language.traits.denied.format(key=clause), traits):
                yield Claim(cast.by_char[match["o"]].name, trait, source, quote)


def _claimed(text: str, traits: Iterable[TraitKind]) -> list[TraitKind]:
    return [trait for trait in traits if _any(trait.claims, text)]


def _shown(told: Told) -> Mapping[Pair, Sequence[Showing]]:
    """The passages of a chapter that show somebody as the opposite of some trait."""
    return told.prose.once(_shown, partial(_shown_in, told.prose))


def _shown_in(prose: Prose) -> Mapping[Pair, Sequence[Showing]]:
    found: dict[Pair, list[Showing]] = defaultdict(list)
    page = _Page(prose.cast.language, prose)
    for pair, showing in (*page.narrated(), *page.said()):
        found[pair].append(showing)
    return found


class _Page:
    """A chapter in which opposites of traits are looked for."""

    def __init__(self, language: Language, prose: Prose) -> None:
        self._traits = language.trait_kinds
        self._doubts = [language.finder("negation"), language.finder("irrealis")]
        self._unreal = language.finder("unreal")
        self._growth = tuple(map(language.pattern, language.traits.growth))
        self._prose = prose
        self._functional = language.function_words
        self._habitual = language.pattern("|".join(language.lists["as_ever"]))
        self._next = language.pattern("|".join(language.lists["and_then"]))

    def narrated(self) -> Iterator[tuple[Pair, Showing]]:
        """What the narrator tells that somebody does."""
        for sentence in self._prose.sentences:
            if not sentence.mentions:
                continue
            quote = sentence.span.of(self._prose.text)[:_QUOTE]
            clauses = self._clauses(sentence.marked)
            for trait in self._traits:
                for match in (each for text in clauses for each in _matches(trait.shown, text)):
                    if self._doubtful(match.string, match):
                        continue
                    name = self._prose.cast.by_char[match.group("s")].name
                    remarked = self._remarked(trait, sentence.paragraph)
                    yield (name, trait.name), Showing(quote, remarked)

    def _clauses(self, marked: str) -> list[str]:
        """A sentence as a whole, and what whoever it is about does next: `and took the bottle`."""
        marked = self._habitual.sub(lambda match: " " * len(match.group()), marked)
        texts = [marked]
        if marked[:1] in self._prose.cast.by_char and marked[1:2] != marks.OWNER:
            rest = (marked[match.end() :] for match in self._next.finditer(marked))
            texts += [
                f"{marked[0]} {each}"
                for each in rest
                if each.split(maxsplit=1)[0].lower() not in self._functional
            ]
        return texts

    def _doubtful(self, marked: str, match: re.Match[str]) -> bool:
        """Whether it is denied or imagined, by other words than those that end it: `lied`."""
        negation, irrealis = self._doubts
        if negation.search(match.group()) or self._unreal.search(marked):
            return True
        hits = irrealis.finditer(marked[: match.end()])
        return any(hit.end() < match.end() for hit in hits)

    def said(self) -> Iterator[tuple[Pair, Showing]]:
        """What somebody says, or how long they talk."""
        for speaker, quotation in uttered(self._prose):
            words = quotation.span.of(self._prose.text)
            count = len(words.split())
            for trait in self._traits if speaker else ():
                most = trait.cues.longest_speech
                if (most is not None and count > most) or _any(trait.spoken, words):
                    remarked = self._remarked(trait, quotation.paragraph)
                    yield (speaker or "", trait.name), Showing(words[:_QUOTE].strip(), remarked)

    def _remarked(self, trait: TraitKind, number: int) -> bool:
        """Whether a paragraph or one of its neighbours remarks on the change."""
        near = self._prose.paragraphs[max(number - 1, 0) : number + 2]
        text = self._prose.text[near[0].start : near[-1].end]
        return _any(self._growth, text) or _any(trait.claims, text)


def _matches(patterns: Patterns, text: str) -> Iterator[re.Match[str]]:
    for pattern in patterns:
        yield from pattern.finditer(text)


def _any(patterns: Patterns, text: str) -> bool:
    return any(pattern.search(text) for pattern in patterns)
