"""Setups that a chapter plants: things put where they will be wanted, words given, open questions.

After the rule that is told as Chekhov's: what is shown must go off. A setup's id is its kind and
subject, so that the same subject in a later chapter is the same setup.
"""

import re
from collections.abc import Iterator

from domain.story.cues import SetupKind
from domain.story.facts import Source
from domain.story.language import Language
from domain.story.setups import Setup, setup_id
from domain.story.text import marks
from domain.story.text.cast import Cast
from domain.story.text.mentions import Sentence
from domain.story.text.prose import Prose
from domain.story.text.sentences import Span, sentences
from domain.story.text.speakers import uttered

_MOST = 200  # setups of one chapter
_QUOTE = 600
_SUBJECT_WORDS = 12
_SUBJECT = 160
_SHORTEST_WORD = 3

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def setups_of(prose: Prose, chapter: int) -> tuple[Setup, ...]:
    """The setups that a chapter plants, of a text already taken apart."""
    found: dict[str, Setup] = {}
    for _, setup in sorted(_planted(prose, chapter), key=lambda each: each[0]):
        found.setdefault(setup.setup_id, setup)
        if len(found) == _MOST:
            break
    return tuple(found.values())


def content(text: str, language: Language) -> frozenset[str]:
    """The stems of the words that say what a text is about."""
    words = (word.lower() for word in _WORD.findall(text))
    return frozenset(
        language.stem(word)
        for word in words
        if len(word) >= _SHORTEST_WORD and word not in language.functional_words
    )


def with_people(prose: Prose, sentence: Sentence) -> str:
    """A sentence of the narrator's in which people only are marked."""
    parts, at = [], sentence.span.start
    for mention in sentence.mentions:
        if prose.cast.by_char[mention.char].kind == "person":
            parts += [prose.narrated[at : mention.start], mention.char]
            parts += [marks.OWNER] if mention.owner else []
            at = mention.end
    return "".join((*parts, prose.narrated[at : sentence.span.end]))


def _planted(prose: Prose, chapter: int) -> Iterator[tuple[int, Setup]]:
    language = prose.cast.language
    abbreviations = frozenset(language.abbreviations)
    for sentence in prose.sentences:
        text = with_people(prose, sentence)
        yield from _in_words(prose, chapter, text, sentence.span, None)
    last: tuple[str | None, Span] | None = None
    for speaker, quotation in uttered(prose):
        for span in sentences(prose.text, quotation.span, abbreviations):
            words = span.of(prose.text)
            before = last[1].of(prose.text).rstrip() if last and last[0] == speaker else ""
            said = f"{before} {words}" if before.endswith(",") else words
            yield from _in_words(prose, chapter, said, span, speaker or "")
            if last is not None and last[0] == speaker:
                yield from _affirmed(prose, chapter, words, last[1], speaker or "")
            last = speaker, span


def _affirmed(
    prose: Prose, chapter: int, words: str, before: Span, speaker: str
) -> Iterator[tuple[int, Setup]]:
    """What somebody said a sentence ago, and now gives their word on."""
    for kind in prose.cast.language.setup_kinds:
        if any(pattern.search(words) for pattern in kind.affirmed):
            said = before.of(prose.text)
            subject = _about(prose.cast, said, speaker)
            if subject:
                yield before.start, _setup(kind, subject, said[:_QUOTE], chapter)


def _in_words(
    prose: Prose, chapter: int, text: str, span: Span, speaker: str | None
) -> Iterator[tuple[int, Setup]]:
    """What a sentence plants; `speaker` is None where it is the narrator's."""
    for kind in prose.cast.language.setup_kinds:
        for pattern in kind.narrated if speaker is None else kind.spoken:
            match = pattern.search(text)
            subject = _subject(prose.cast, kind, match, speaker) if match else ""
            if subject:
                yield span.start, _setup(kind, subject, span.of(prose.text)[:_QUOTE], chapter)
                break


def _setup(kind: SetupKind, subject: str, quote: str, chapter: int) -> Setup:
    return Setup(
        setup_id=setup_id(kind.kind, subject),
        kind=kind.kind,
        subject=subject,
        text=" ".join(quote.split()),
        planted=Source(chapter=chapter, quote=quote),
        due=chapter + kind.cues.patience,
    )


def _subject(cast: Cast, kind: SetupKind, match: re.Match[str], speaker: str | None) -> str:
    """The noun of a thing; who and what for words given."""
    groups = match.groupdict()
    if kind.noun is not None:
        noun = (groups.get("noun") or "").lower()
        return noun if noun in kind.cues.nouns else noun.removesuffix("s")
    char = groups.get("s") or ""
    who = cast.by_char[char].name if char in cast.by_char else speaker
    return _about(cast, _named(cast, groups.get("what") or ""), who or "")


def _about(cast: Cast, words: str, who: str) -> str:
    """`Who: what`; nothing where the words say nothing."""
    what = " ".join(words.split()[:_SUBJECT_WORDS])[:_SUBJECT].strip(" ,;:.!")
    if not content(what, cast.language):
        return ""
    return f"{who}: {what}" if who else what


def _named(cast: Cast, marked: str) -> str:
    """Marked words with names in place of the marks."""
    marked = marked.replace(marks.OWNER, "").replace(marks.SPOKEN, "")
    return "".join(cast.by_char[char].name if char in cast.by_char else char for char in marked)
