"""Whether the story tells how somebody came to know a secret."""

from collections.abc import Iterator

from domain.story.coherence.consistency.content import shared
from domain.story.coherence.consistency.knowledge.company import (
    TOGETHER,
    speeches,
    spelled_out,
    talking,
)
from domain.story.coherence.consistency.knowledge.secrets import (
    Secret,
    common,
    given_away,
    people_in,
)
from domain.story.coherence.consistency.material import Material
from domain.story.extraction.told import Told
from domain.story.text.sentences import Span
from domain.story.text.speakers import spoken

_LEAST = 2


def learned(who: str, secret: Secret, before: int, material: Material) -> bool:
    """Whether somebody is told of a secret, or finds out, after it was one and before a place in
    the draft."""
    for told in (*material.earlier, material.draft):
        if told.number < secret.since:
            continue
        start = secret.after if told.number == secret.since else 0
        end = before if told is material.draft else len(told.text)
        if _finds_out(told, Span(start, end), who, secret, material):
            return True
        if _hears(told, Span(start, end), who, secret, material):
            return True
    return False


def _finds_out(told: Told, within: Span, who: str, secret: Secret, material: Material) -> bool:
    """Whether the narrator says that somebody learns, or tells, of it; or has them think of it."""
    language, cast = material.language, material.cast
    sentences = [
        each
        for each in told.prose.sentences
        if within.start <= each.span.start and each.span.end <= within.end
    ]
    for at, sentence in enumerate(sentences):
        if not any(
            cast.by_char[mention.char].name == who and not mention.owner
            for mention in sentence.mentions
        ):
            continue
        if language.finder("withheld_words").search(sentence.marked):
            continue
        learns = language.finder("learning").search(sentence.marked)
        near = sentences[max(0, at - 1) : at + 2]
        words = " ".join(each.span.of(told.text) for each in near)
        own = sentence.span.of(told.text)
        people = _meant(secret, frozenset().union(*(people_in(each, material) for each in near)))
        touched = learns and _touches(secret, words, people, material)
        if touched or (learns and _names(secret, own, material)):
            return True
        people = _meant(secret, people_in(sentence, material))
        if (
            not secret.passage
            and who not in secret.about
            and given_away(secret, own, people, language)
        ):
            return True
    return False


def _meant(secret: Secret, mentioned: frozenset[str]) -> frozenset[str]:
    """Whom words may be about: a single word says nothing without them."""
    return mentioned if len(secret.words) == 1 else secret.about


def _touches(secret: Secret, text: str, people: frozenset[str], material: Material) -> bool:
    """Whether a text that says that somebody learned something may mean a secret."""
    language = material.language
    if language.finder("everything_told").search(text):
        return True
    if len(secret.words) == 1:
        return given_away(secret, text, people, language)
    return common(list(secret.rare) or secret.words, text, language) >= _LEAST


def _names(secret: Secret, text: str, material: Material) -> bool:
    """Whether a sentence has any word of a secret that has several."""
    words = list(secret.rare) or secret.words
    stems = [material.language.stem(word) for word in words]
    return len(secret.words) > 1 and bool(shared(stems, text, material.language))


def _hears(told: Told, within: Span, who: str, secret: Secret, material: Material) -> bool:
    """Whether it is said by somebody, to them, or in a talk that they take part in."""
    return any(
        who in talking(told, span, material)
        for span in _said(told, secret, material)
        if within.start <= span.start and span.end <= within.end
    )


def _said(told: Told, secret: Secret, material: Material) -> Iterator[Span]:
    """The sentences in which somebody says a secret, and does not only ask."""
    language = material.language
    asking = language.finder("asking")
    told_of = ((who, each) for who, each in spoken(told.prose) if not asking.search(each.marked))
    for speaker, sentences in speeches(told_of):
        last = sentences[-TOGETHER:]
        people = frozenset().union(*(people_in(each, material) for each in last))
        people |= {speaker} if speaker else frozenset()
        text = spelled_out(last, told.text)
        if given_away(secret, text, _meant(secret, people), language):
            yield sentences[-1].span
