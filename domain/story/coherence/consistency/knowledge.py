"""Knowledge: nobody speaks of a secret before they have learned it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from domain.story.coherence.consistency.content import meanings, shared
from domain.story.coherence.consistency.forgotten import forgotten
from domain.story.coherence.consistency.kin_said import sentences_said
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.consistency.secrets import has_words, secret_words
from domain.story.coherence.consistency.strangers import strangers
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.statements import Statement
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.text import marks
from domain.story.text.cast import WORD
from domain.story.text.mentions import Sentence
from domain.story.text.prose import read_prose
from domain.story.text.sentences import covering

KIND = "knowledge"
_LEAST = 2
_TOGETHER = 3
"""Sentences of one speech that are read as one."""
_TO_WHOM = 25
"""Characters after `told` in which it says whom."""
_SHORTLY = 5
"""Characters after `knew` in which that is denied: `did not know`, `ne savait pas`."""
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
    about: frozenset[str] = frozenset()
    """Whom it is about: with them, the word of a secret that has only one gives it away."""


class _Speech(NamedTuple):
    """Who says or knows what: the words around, those to be quoted, and where they begin."""

    who: str
    around: str
    quote: str
    start: int
    people: frozenset[str] = frozenset()
    """Who is mentioned."""


def knowledge(material: Material) -> Iterator[Finding]:
    """What somebody says or knows in the draft, and cannot know."""
    yield from strangers(material)
    yield from forgotten(material)
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
                material.quoted(material.draft.number, speech.quote[:QUOTE]),
                secret.source,
            )


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
            words = secret_words(text, material)
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
        words = secret_words(text, material)
        about = _people(next(iter(read_prose(text, material.cast).sentences), None), material)
        if len(words) + bool(about) >= _LEAST and knowing:
            source = material.quoted(0, fact.text or fact.object)
            yield _Secret(words, knowing, frozenset(), source, 0, about=about)


def _people(sentence: Sentence | None, material: Material) -> frozenset[str]:
    """Who is mentioned in a sentence, by name."""
    return frozenset(
        entity.name
        for mention in (sentence.mentions if sentence else ())
        for entity in (material.cast.by_char[mention.char],)
        if entity.kind == "person"
    )


def _told(material: Material) -> Iterator[_Secret]:
    """What was said to be known to some only, to nobody, or unknown to somebody."""
    by_char = material.cast.by_char
    for statement in material.before:
        if statement.phrasing not in ("secret", "unaware") or not statement.sure:
            continue
        if _over(statement, material):
            continue
        what = statement.groups.get("what", "")
        words = secret_words(what, material)
        people = frozenset(name for key in ("s", "o") if (name := statement.groups.get(key)))
        about = frozenset(by_char[char].name for char in what if char in by_char)
        secret = statement.phrasing == "secret"
        people = people or (about if secret else people)
        if len(words) + bool(about) < _LEAST or not people:
            continue
        yield _Secret(
            words,
            people if secret else frozenset(),
            frozenset() if secret else people,
            material.evidence(statement),
            statement.chapter,
            about=about,
        )


def _over(statement: Statement, material: Material) -> bool:
    """Whether the bible has it so only up to a chapter before the draft."""
    return not statement.chapter and any(
        int(match["number"]) <= material.draft.number
        for pattern in material.language.patterns("chapter_named")
        for match in pattern.finditer(statement.quote)
    )


def _kept(material: Material) -> Iterator[_Secret]:
    """What was said, and then that nobody else knows, or is to know."""
    language, cast = material.language, material.cast
    texts = [told.text.lower() for told in material.earlier]
    for told in material.earlier:
        for match in language.finder("secret_back").finditer(told.text):
            start = told.text.rfind("\n\n", 0, max(0, match.start() - _BACK)) + 1
            text = told.text[start : _reach(told, match.end())]
            words = secret_words(told.text[start : match.start()], material)
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


def _reach(told: Told, at: int) -> int:
    """How far it is told who knows: to the end of the narrator's sentence, some words further
    after what is said."""
    if told.prose.narrated[at - 1] == marks.SPOKEN:
        return at + _ON
    span = covering([each.span for each in told.prose.sentences], at - 1)
    return span.end if span else at + _ON


def _line(text: str, at: int) -> str:
    """The words around, as far as the line goes."""
    start = max(text.rfind("\n", 0, at) + 1, at - QUOTE // 2)
    end = text.find("\n", at)
    return text[start : min(end if end >= 0 else len(text), start + QUOTE)].strip()


def _known_to(material: Material) -> Iterator[_Speech]:
    """Who says, or is said to know, what in the draft."""
    text = material.draft.text
    recent: list[tuple[str | None, Sentence]] = []
    for speaker, sentence in sentences_said(material):
        if recent and (recent[-1][0] != speaker or recent[-1][1].paragraph != sentence.paragraph):
            recent.clear()
        recent.append((speaker, sentence))
        if speaker is not None:
            spans = dict.fromkeys(each.span for _, each in recent[-_TOGETHER:])
            yield _Speech(
                speaker,
                " ".join(span.of(text) for span in spans),
                sentence.span.of(text),
                sentence.span.start,
                frozenset().union(*(_people(each, material) for _, each in recent[-_TOGETHER:])),
            )
    knowing, denied = map(material.language.finder, ("knowing", "negation"))
    for sentence in material.draft.prose.sentences:
        people = [
            mention
            for mention in sentence.mentions
            if material.cast.by_char[mention.char].kind == "person" and not mention.likely
        ]
        knows = knowing.search(sentence.marked) if people else None
        if knows and not denied.search(sentence.marked, 0, knows.end() + _SHORTLY):
            words = sentence.span.of(material.draft.prose.narrated).replace(marks.SPOKEN, "")
            name = material.cast.by_char[people[0].char].name
            yield _Speech(
                name,
                words,
                sentence.span.of(text),
                sentence.span.start,
                _people(sentence, material),
            )


def _reveals(speech: _Speech, secret: _Secret, material: Material) -> bool:
    language = material.language
    if secret.knowing and speech.who in secret.knowing:
        return False
    if secret.ignorant and speech.who not in secret.ignorant:
        return False
    if not _given_away(secret, speech.around, speech.people, language):
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


def _given_away(secret: _Secret, text: str, people: frozenset[str], language: Language) -> bool:
    """Whether a text gives a secret away: by its words, by its only word and whom it is about,
    or by one that belongs to it alone and another one."""
    if secret.rare:
        there = {word.lower() for word in WORD.findall(text)}
        return bool(secret.rare & there) and len(there.intersection(secret.words)) >= _LEAST
    together = len(secret.about) >= _LEAST and secret.about <= people
    if len(secret.words) > 1:
        return has_words(secret.words, text, language, besides=together)
    kin = language.relation_words.get(secret.words[0])
    if kin is None:
        meant = language.meanings(secret.words[0])
        return bool(secret.about & people and meant & meanings(text, language))
    denied = language.finder("negation").search
    same = bool(denied(secret.source.quote)) == bool(denied(text))
    return (same or bool(secret.ignorant)) and together and _speaks_of(kin, text, language)


def _speaks_of(kin: str, text: str, language: Language) -> bool:
    """Whether a text names a relation, or what the other one is to them."""
    wanted = language.relations[kin]
    return any(
        language.relations[name].kin in (wanted.kin, wanted.inverse)
        for word in WORD.findall(text.lower())
        if (name := language.relation_words.get(word))
    )


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
        if paragraph.end > end and any(
            part in text[match.end() : match.end() + _TO_WHOM]
            for match in learning.finditer(text)
            for part in own
        ):
            return True
        named = frozenset(
            entity.name
            for entity in material.cast.entities
            if any(part in text for part in material.cast.own_words(entity.name))
        )
        given = _given_away(secret, text, named, language)
        alone = len(secret.words) == 1
        learns = here and learning.search(text)
        if learns and (given if alone else shared(_stems(secret, language), text, language)):
            return True
        if (here or beside) and given and who not in secret.about:
            return True
        beside = here
    return False


def _stems(secret: _Secret, language: Language) -> Sequence[str]:
    return [language.stem(word) for word in secret.words]
