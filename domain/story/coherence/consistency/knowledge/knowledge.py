"""Knowledge: nobody speaks of a secret before they have learned it."""

from collections.abc import Iterator

from domain.story.coherence.consistency.knowledge.forgotten import forgotten
from domain.story.coherence.consistency.knowledge.kept import kept, passages
from domain.story.coherence.consistency.knowledge.laid_down import laid_down
from domain.story.coherence.consistency.knowledge.learned import learned
from domain.story.coherence.consistency.knowledge.sealed import sealed
from domain.story.coherence.consistency.knowledge.secrets import Secret, common, given_away
from domain.story.coherence.consistency.knowledge.strangers import strangers
from domain.story.coherence.consistency.knowledge.utterances import Utterance, utterances
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.verdict import Finding, Severity
from domain.story.language import Language
from domain.story.text.cast import words_of

KIND = "knowledge"
_MARKS = ' "“”‘’«»—–'
_MARKED = 3
"""Characters after a question in which its mark may stand."""
_FEW = 3
"""Words of a longer secret, of which fewer are no more than its subject."""
_SHORT = 5
"""Words of an answer that is no more than a password."""
_NEXT = 80
"""Characters after what is said in which it may be told how that is known."""


def knowledge(material: Material) -> Iterator[Finding]:
    """What somebody says or knows in the draft, and cannot know."""
    yield from strangers(material)
    yield from forgotten(material)
    said = [*utterances(material)]
    yield from sealed(said, material)
    secrets = [*secrets_of(material)]
    reported: set[tuple[frozenset[str], str]] = set()
    for utterance in said if secrets else ():
        for secret in secrets:
            key = (utterance.who, secret.source.quote)
            if key in reported or not _reveals(utterance, secret, material):
                continue
            reported.add(key)
            yield material.finding(
                KIND,
                Severity.WARNING,
                f"{' or '.join(sorted(utterance.who))} cannot know this by what came before",
                material.quoted(material.draft.number, utterance.quote[:QUOTE]),
                secret.source,
            )


def secrets_of(material: Material) -> Iterator[Secret]:
    """What not everybody knows, by the bible and by the chapters."""
    for secret in laid_down(material):
        yield secret
        yield from passages(secret, material)
    yield from kept(material)


def _reveals(utterance: Utterance, secret: Secret, material: Material) -> bool:
    language = material.language
    if not all(map(secret.kept_from, utterance.who)) or (utterance.guessed and secret.passage):
        return False
    words = utterance.quote if secret.passage and utterance.spoken else utterance.around
    if not (
        given_away(secret, words, utterance.people, language)
        or _rejoins(utterance, secret, language)
        or _answers(utterance, secret, language)
    ):
        return False
    if language.finder("guessing").search(utterance.around) or _of_others(
        utterance, secret, language
    ):
        return False
    if secret.ignorant and language.finder("learning").search(utterance.around):
        return False
    if utterance.spoken and language.finder("how_known").search(_said_on(utterance, material)):
        return False
    if _only_asked(utterance, material) or (
        not secret.passage and _only_named(utterance, secret, material)
    ):
        return False
    return not any(learned(who, secret, utterance.since, material) for who in utterance.who)


def _of_others(utterance: Utterance, secret: Secret, language: Language) -> bool:
    """Whether few words of a secret are said of others than it is about."""
    others = utterance.people - utterance.who
    return (
        utterance.spoken
        and bool(others and secret.about)
        and not secret.about & utterance.people
        and common(secret.words, utterance.around, language) < _FEW
        and len(secret.words) > _FEW
    )


def _only_named(utterance: Utterance, secret: Secret, material: Material) -> bool:
    """Whether nothing of a secret is said but the name of a thing in it."""
    for entity in material.cast.entities:
        named = {word.lower() for name in entity.names for word in words_of(name)}
        rest = [word for word in secret.words if word not in named]
        if entity.kind == "item" and rest and len(secret.words) - len(rest) > 1:
            words = f"{utterance.before} {utterance.around}"
            return not common(rest, words, material.language)
    return False


def _rejoins(utterance: Utterance, secret: Secret, language: Language) -> bool:
    """Whether it gives a secret away together with what was said before: `It is a fake`."""
    own = [word for word in secret.words if common((word,), utterance.around, language)]
    denied = language.finder("negation").search
    return (
        bool(utterance.before and own)
        and not secret.passage
        and bool(denied(utterance.quote)) == bool(denied(secret.source.quote))
        and all(
            common((word,), f"{utterance.before} {utterance.around}", language)
            for word in secret.words
        )
    )


def _answers(utterance: Utterance, secret: Secret, language: Language) -> bool:
    """Whether who does not know a password, when asked for it, says one."""
    asked = utterance.before.strip(_MARKS)
    codes = set(secret.words).intersection(language.lists["secret_codes"])
    said = utterance.quote.strip(_MARKS)
    return (
        bool(codes and secret.ignorant)
        and utterance.since == utterance.start
        and asked.endswith("?")
        and common(list(codes), asked, language) > 0
        and len(said.split()) <= _SHORT
        and not said.endswith("?")
        and not any(language.finder(name).search(said) for name in ("negation", "irrealis"))
        and not any(word in language.first_person for word in said.lower().split())
    )


def _said_on(utterance: Utterance, material: Material) -> str:
    """What is said, with what comes before and next: it may tell how that is known."""
    return material.draft.text[utterance.since : utterance.start + len(utterance.quote) + _NEXT]


def _only_asked(utterance: Utterance, material: Material) -> bool:
    """Whether it is a question that takes nothing for granted."""
    language = material.language
    end = utterance.start + len(utterance.quote)
    after = material.draft.text[end : end + _MARKED] if utterance.spoken else ""
    quote = utterance.quote.strip(_MARKS)
    if not quote.endswith("?") and not after.strip(_MARKS).startswith("?"):
        return False
    return not (
        language.finder("presuming").match(quote) or language.finder("tag_questions").search(quote)
    )
