"""Knowledge: nobody speaks of a secret before they have learned it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from domain.story.coherence.content import shared
from domain.story.coherence.material import Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.text import marks
from domain.story.text.cast import WORD
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import spoken

KIND = "knowledge"
_SHARE = 0.5
_LEAST = 2
_MANY = 3
"""Words of a long secret that give it away."""
_TOGETHER = 3
"""Sentences of one speech that are read as one."""
_QUOTE = 400
_BEFORE = 500
"""Characters before `she did not tell him` in which it is told what."""
_BACK, _ON = 300, 120
"""Characters before and after `nobody else knows` in which it is told, and to whom."""


class _Secret(NamedTuple):
    """What not everybody knows: its words, who does or who does not."""

    words: Sequence[str]
    knowing: frozenset[str]
    ignorant: frozenset[str]
    source: Evidence
    since: int
    rare: frozenset[str] = frozenset()
    """Words that are spoken of nowhere else; one of them and another one give it away."""


class _Speech(NamedTuple):
    """Who says or knows what: the words around, those to be quoted, and where they begin."""

    who: str
    around: str
    quote: str
    start: int


def knowledge(material: Material) -> Iterator[Finding]:
    """What somebody says or knows in the draft, and cannot know."""
    yield from _strangers(material)
    yield from _forgotten(material)
    secrets = [*_laid_down(material), *_told(material), *_kept(material), *_withheld(material)]
    if not secrets:
        return
    reported: set[tuple[str, str]] = set()
    for speech in _known_to(material):
        for secret in secrets:
            key = (speech.who, secret.source.quote)
            if key in reported or not _reveals(speech, secret, material):
                continue
            reported.add(key)
            yield material.finding(
                KIND,
                Severity.WARNING,
                f"{speech.who} cannot know this by what came before",
                material.quoted(material.draft.number, speech.quote[:_QUOTE]),
                secret.source,
            )


def _forgotten(material: Material) -> Iterator[Finding]:
    """Who does not know in the draft what they have said before."""
    for statement in material.draft.statements:
        if statement.phrasing != "unaware" or not statement.sure or statement.past:
            continue
        words = _words(_named(statement.groups.get("what", ""), material), material)
        if len(words) < _LEAST:
            continue
        for told in material.earlier:
            for speaker, said in _speeches(told):
                if speaker == statement.subject and _has(words, said, material.language):
                    yield material.finding(
                        KIND,
                        Severity.WARNING,
                        f"{speaker} has spoken of this before",
                        material.evidence(statement),
                        material.quoted(told.number, said[:_QUOTE]),
                    )
                    return


def _named(marked: str, material: Material) -> str:
    """Words with names for the marks."""
    by_char = material.cast.by_char
    return "".join(f" {by_char[char].name} " if char in by_char else char for char in marked)


def _speeches(told: Told) -> Iterator[tuple[str | None, str]]:
    """Who says what, each sentence with those of the same speech before it."""
    recent: list[tuple[str | None, Sentence]] = []
    for speaker, sentence in spoken(told.prose):
        if recent and (recent[-1][0], recent[-1][1].paragraph) != (speaker, sentence.paragraph):
            recent.clear()
        recent.append((speaker, sentence))
        yield speaker, " ".join(each.span.of(told.text) for _, each in recent[-_TOGETHER:])


def _withheld(material: Material) -> Iterator[_Secret]:
    """What somebody learns, and then does not tell one of the others."""
    language, cast = material.language, material.cast
    texts = [told.text.lower() for told in material.earlier]
    for told in material.earlier:
        for sentence in told.prose.sentences:
            if not sentence.mentions:
                continue
            matches = (
                match
                for pattern in language.patterns("withheld")
                for match in pattern.finditer(sentence.marked)
            )
            ignorant = frozenset(cast.by_char[match.group("s")].name for match in matches)
            if not ignorant or language.finder("unreal").search(sentence.marked):
                continue
            start, end = max(0, sentence.span.start - _BEFORE), sentence.span.start
            text = told.text[told.text.find(" ", start) : end] if start else told.text[:end]
            words = _words(text, material)
            low = text.lower()
            rare = frozenset(word for word in words if _occurs(word, texts, low.count(word)))
            if rare and len(words) >= _LEAST:
                quote = _line(told.text, sentence.span.start)
                source = material.quoted(told.number, quote)
                yield _Secret(words, frozenset(), ignorant, source, told.number, rare)


def _laid_down(material: Material) -> Iterator[_Secret]:
    """The bible's facts that only some know."""
    for fact in material.case.bible.facts:
        if fact.known_by is None:
            continue
        text = fact.text or f"{fact.predicate} {fact.object}"
        knowing = frozenset(
            entity.name if (entity := material.cast.named(name)) else name for name in fact.known_by
        )
        words = _words(text, material)
        if len(words) >= _LEAST and knowing:
            source = material.quoted(0, fact.text or fact.object)
            yield _Secret(words, knowing, frozenset(), source, 0)


def _told(material: Material) -> Iterator[_Secret]:
    """What was said to be known to some only, or unknown to somebody."""
    for statement in material.before:
        if statement.phrasing not in ("secret", "unaware") or not statement.sure:
            continue
        words = _words(statement.groups.get("what", ""), material)
        people = frozenset(name for key in ("s", "o") if (name := statement.groups.get(key)))
        if len(words) < _LEAST or not people:
            continue
        secret = statement.phrasing == "secret"
        yield _Secret(
            words,
            people if secret else frozenset(),
            frozenset() if secret else people,
            material.evidence(statement),
            statement.chapter,
        )


def _kept(material: Material) -> Iterator[_Secret]:
    """What was said, and then that nobody else knows, or is to know."""
    language, cast = material.language, material.cast
    texts = [told.text.lower() for told in material.earlier]
    for told in material.earlier:
        for match in language.finder("secret_back").finditer(told.text):
            start = told.text.rfind("\n\n", 0, max(0, match.start() - _BACK)) + 1
            text = told.text[start : match.end() + _ON]
            words = _words(told.text[start : match.start()], material)
            rare = frozenset(
                word for word in words if _occurs(word, texts, text.lower().count(word))
            )
            knowing = frozenset(
                entity.name
                for entity in cast.entities
                if entity.kind == "person"
                and any(part in text for part in cast.own_words(entity.name))
            )
            quote = _line(told.text, match.start())
            if rare and knowing and len(words) >= _LEAST:
                source = material.quoted(told.number, quote)
                yield _Secret(words, knowing, frozenset(), source, told.number, rare)


def _line(text: str, at: int) -> str:
    """The words around, as far as the line goes."""
    start = max(text.rfind("\n", 0, at) + 1, at - _QUOTE // 2)
    end = text.find("\n", at)
    return text[start : min(end if end >= 0 else len(text), start + _QUOTE)].strip()


def _words(text: str, material: Material) -> list[str]:
    """Content without names: whoever speaks of it may say `he` for them."""
    language = material.language
    names = {
        word.lower()
        for entity in material.cast.entities
        if entity.kind == "person"
        for name in entity.names
        for word in name.split()
    }
    return list(
        dict.fromkeys(
            low
            for word in WORD.findall(text)
            for low in (word.lower(),)
            if len(low) > 2 and low not in language.light_words and low not in names
        )
    )


def _known_to(material: Material) -> Iterator[_Speech]:
    """Who says, or is said to know, what in the draft."""
    text = material.draft.text
    recent: list[tuple[str | None, Sentence]] = []
    for speaker, sentence in spoken(material.draft.prose):
        if recent and (recent[-1][0] != speaker or recent[-1][1].paragraph != sentence.paragraph):
            recent.clear()
        recent.append((speaker, sentence))
        if speaker is not None:
            around = " ".join(each.span.of(text) for _, each in recent[-_TOGETHER:])
            yield _Speech(speaker, around, sentence.span.of(text), sentence.span.start)
    knowing = material.language.finder("knowing")
    for sentence in material.draft.prose.sentences:
        people = [
            mention
            for mention in sentence.mentions
            if material.cast.by_char[mention.char].kind == "person" and not mention.likely
        ]
        denied = material.language.finder("negation").search(sentence.marked)
        if people and not denied and knowing.search(sentence.marked):
            words = sentence.span.of(material.draft.prose.narrated).replace(marks.SPOKEN, "")
            name = material.cast.by_char[people[0].char].name
            yield _Speech(name, words, sentence.span.of(text), sentence.span.start)


def _reveals(speech: _Speech, secret: _Secret, material: Material) -> bool:
    language = material.language
    if secret.knowing and speech.who in secret.knowing:
        return False
    if secret.ignorant and speech.who not in secret.ignorant:
        return False
    if not _given_away(secret, speech.around, language):
        return False
    if language.finder("guessing").search(speech.around):
        return False
    if secret.ignorant and language.finder("learning").search(speech.around):
        return False
    asks = speech.quote.rstrip(' "”’»').endswith("?")
    if asks and not language.finder("presuming").match(speech.quote.lstrip(' "“‘«—–')):
        return False
    return not _learned(speech, secret, material)


def _occurs(word: str, texts: Iterable[str], times: int) -> bool:
    """Whether a word is so many times in some texts, and no more."""
    for text in texts:
        times -= text.count(word)
        if times < 0:
            return False
    return not times


def _has(words: Sequence[str], text: str, language: Language) -> bool:
    """Whether a text has so much of a secret that it gives it away: by words of its own, each for
    one word of the secret at most."""
    wanted = [language.meanings(word) for word in words]
    there = [language.meanings(word) for word in dict.fromkeys(WORD.findall(text.lower()))]
    found = frozenset().union(*there) if there else frozenset()
    hits = sum(bool(each & found) for each in wanted)
    givers = sum(any(each & word for each in wanted) for word in there)
    fewest = min(hits, givers)
    return fewest >= _LEAST and (fewest >= _SHARE * len(words) or fewest >= _MANY + 1)


def _given_away(secret: _Secret, text: str, language: Language) -> bool:
    """Whether a text gives a secret away: by its words, or by one that belongs to it alone and
    another one."""
    if not secret.rare:
        return _has(secret.words, text, language)
    there = {word.lower() for word in WORD.findall(text)}
    return bool(secret.rare & there) and len(there.intersection(secret.words)) >= _LEAST


def _learned(speech: _Speech, secret: _Secret, material: Material) -> bool:
    """Whether the story tells how somebody came to know, after it was a secret."""
    for told in (*material.earlier, material.draft):
        if told.number <= secret.since and told is not material.draft:
            continue
        end = speech.start if told is material.draft else len(told.text)
        if _tells(told, end, speech.who, secret, material):
            return True
    return False


def _tells(told: Told, end: int, who: str, secret: _Secret, material: Material) -> bool:
    """Whether a text, up to there, has somebody learn of a secret: it says so, or it is spoken of
    in a paragraph beside one where they are."""
    language = material.language
    learning = language.finder("learning")
    own = material.cast.own_words(who)
    beside = False
    for paragraph in told.prose.paragraphs:
        if paragraph.start >= end:
            break
        text = told.text[paragraph.start : min(paragraph.end, end)]
        here = any(part in text for part in own)
        if here and learning.search(text) and shared(_stems(secret, language), text, language):
            return True
        given = _given_away(secret, text, language)
        if (here or beside) and given:
            return True
        beside = here
    return False


def _stems(secret: _Secret, language: Language) -> Sequence[str]:
    return [language.stem(word) for word in secret.words]


def _strangers(material: Material) -> Iterator[Finding]:
    """Who meets somebody for the first time, and has known them before."""
    known: dict[frozenset[str], Evidence] = {}
    for statement in material.canon:
        if statement.phrasing == "related" and statement.object:
            pair = frozenset((statement.subject, statement.object))
            known.setdefault(pair, material.evidence(statement))
    for pair, quote in material.of_earlier(_together):
        known.setdefault(pair, quote)
    for pair, quote in _pairs("first_meeting", material.draft, material):
        if pair in known:
            yield material.finding(
                KIND,
                Severity.WARNING,
                f"{' and '.join(sorted(pair))} have known each other before",
                quote,
                known[pair],
            )
            return


def _together(told: Told, material: Material) -> Iterator[tuple[frozenset[str], Evidence]]:
    return _pairs("together", told, material)


def _pairs(name: str, told: Told, material: Material) -> Iterator[tuple[frozenset[str], Evidence]]:
    cast, language = material.cast, material.language
    for sentence in told.prose.sentences:
        people = {mention.char for mention in sentence.mentions if not mention.likely}
        if len(people) < _LEAST:
            continue
        if any(language.finder(each).search(sentence.marked) for each in ("unreal", "told_before")):
            continue
        quote = material.quoted(told.number, sentence.span.of(told.text)[:_QUOTE])
        for pattern in language.patterns(name):
            for match in pattern.finditer(sentence.marked):
                chars = {match.group("s"), match.group("o")}
                if len(chars) == _LEAST and chars <= people:
                    yield frozenset(cast.by_char[char].name for char in chars), quote
