"""Knowledge: nobody speaks of a secret before they have learned it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from domain.story.coherence.content import content, shared
from domain.story.coherence.material import Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.text.speakers import spoken

KIND = "knowledge"
_SHARE = 0.6
_LEAST = 2


class _Secret(NamedTuple):
    """What not everybody knows: the stems of its words, who does or who does not."""

    stems: Sequence[str]
    knowing: frozenset[str]
    ignorant: frozenset[str]
    source: Evidence
    since: int


def knowledge(material: Material) -> Iterator[Finding]:
    """What somebody says or knows in the draft, and cannot know."""
    secrets = [*_laid_down(material), *_told(material)]
    if not secrets:
        return
    reported: set[tuple[str, str]] = set()
    for who, words in _known_to(material):
        for secret in secrets:
            key = (who, secret.source.quote)
            if key in reported or not _reveals(who, words, secret, material):
                continue
            reported.add(key)
            yield material.finding(
                KIND,
                Severity.WARNING,
                f"{who} cannot know this by what came before",
                material.quoted(material.draft.number, words[:400]),
                secret.source,
            )


def _laid_down(material: Material) -> Iterator[_Secret]:
    """The bible's facts that only some know."""
    for fact in material.case.bible.facts:
        if fact.known_by is None:
            continue
        text = fact.text or f"{fact.predicate} {fact.object}"
        knowing = frozenset(
            entity.name if (entity := material.cast.named(name)) else name for name in fact.known_by
        )
        stems = _stems(text, material)
        if len(stems) >= _LEAST and knowing:
            yield _Secret(
                stems, knowing, frozenset(), material.quoted(0, fact.text or fact.object), 0
            )


def _told(material: Material) -> Iterator[_Secret]:
    """What was said to be known to some only, or unknown to somebody."""
    for statement in material.before:
        if statement.phrasing not in ("secret", "unaware") or not statement.sure:
            continue
        stems = _stems(statement.groups.get("what", ""), material)
        people = frozenset(name for key in ("s", "o") if (name := statement.groups.get(key)))
        if len(stems) < _LEAST or not people:
            continue
        secret = statement.phrasing == "secret"
        yield _Secret(
            stems,
            people if secret else frozenset(),
            frozenset() if secret else people,
            material.evidence(statement),
            statement.chapter,
        )


def _stems(text: str, material: Material) -> list[str]:
    """Content without names: whoever speaks of it may say `he` for them."""
    names = {
        material.language.stem(word)
        for entity in material.cast.entities
        if entity.kind == "person"
        for name in entity.names
        for word in name.split()
    }
    return [stem for stem in content(text, material.language) if stem not in names]


def _known_to(material: Material) -> Iterator[tuple[str, str]]:
    """Who says, or is said to know, what in the draft."""
    text = material.draft.text
    for speaker, sentence in spoken(material.draft.prose):
        if speaker is not None:
            yield speaker, sentence.span.of(text)
    knowing = material.language.finder("knowing")
    for sentence in material.draft.prose.sentences:
        people = [
            mention
            for mention in sentence.mentions
            if material.cast.by_char[mention.char].kind == "person" and not mention.likely
        ]
        if people and knowing.search(sentence.marked):
            yield material.cast.by_char[people[0].char].name, sentence.span.of(text)


def _reveals(who: str, words: str, secret: _Secret, material: Material) -> bool:
    if secret.knowing and who in secret.knowing:
        return False
    if secret.ignorant and who not in secret.ignorant:
        return False
    found = shared(secret.stems, words, material.language)
    if len(found) < max(_LEAST, _SHARE * len(secret.stems)) or words.rstrip().endswith("?"):
        return False
    return not _learned(who, secret, words, material)


def _learned(who: str, secret: _Secret, words: str, material: Material) -> bool:
    """Whether the story tells how somebody came to know, after it was a secret."""
    language = material.language
    learning = language.finder("learning")
    name = who.split()
    for told in (*material.earlier, material.draft):
        if told.number <= secret.since and told is not material.draft:
            continue
        for paragraph in told.prose.paragraphs:
            text = paragraph.of(told.text)
            reached = told is material.draft and words in text
            if reached:
                text = text[: text.index(words)]
            if (
                any(part in text for part in name)
                and learning.search(text)
                and shared(secret.stems, text, language)
            ):
                return True
            if reached:
                return False
    return False
