"""What a check cannot know. It is named, so that the silence of the check is no approval."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

from domain.story.bible import Bible
from domain.story.coherence.case import Case
from domain.story.coherence.verdict import Evidence, Finding, Severity, Skipped
from domain.story.language import Language
from domain.story.names import fold_name, is_unspaced
from domain.story.text.cast import WORD

_FUNCTION_WORDS = 0.36  # of all words; prose in a language has hardly less, that in another has
_TOO_FEW = 10  # words, to tell by them
_BY_CHANCE = 2  # more of them, for a short text says little
_SAMPLE = 4000  # characters of an earlier chapter
_QUOTED = 100  # characters
_NAMED = 20  # chapters in one sentence


def unknowns(case: Case) -> Iterator[Skipped]:
    """What the draft cannot be held against, or what of it is not plain."""
    bible, code = case.bible, case.language.code
    if not case.earlier and not case.facts:
        yield Skipped(check="earlier chapters", reason="there are none before the draft")
    if not any(bible.entries) and not bible.rules and not bible.facts and not bible.timeline:
        yield Skipped(check="story bible", reason="it is empty")
    if case.left_out:
        yield Skipped(
            check="later chapters",
            reason=f"not before the draft, and so not looked at: {_listed(case.left_out)}",
        )
    if not reads_as(case.language, case.draft.chapter.text):
        yield Skipped(check="language", reason=f"the draft does not read like `{code}`")
    foreign = [
        each.chapter.number
        for each in case.earlier
        if not reads_as(case.language, each.chapter.text[:_SAMPLE])
    ]
    if foreign:
        yield Skipped(
            check="language of earlier chapters",
            reason=f"these do not read like `{code}`: {_listed(foreign)}",
        )
    yield from _ambiguous(bible)


def unread(case: Case) -> Iterator[Finding]:
    """That a draft is in another language than it is read in: nothing can be found in it, and so
    it does not pass."""
    text = case.draft.chapter.text
    if not reads_as(case.language, text):
        quote = text.strip()[:_QUOTED].strip()
        yield Finding(
            analyser="language",
            kind="language",
            severity=Severity.BLOCKING,
            message=f"The draft does not read like `{case.language.code}`, so that hardly anything "
            "of it was checked",
            evidence=(Evidence(source="draft", quote=quote),),
        )


def reads_as(language: Language, text: str) -> bool:
    """Whether a text may be in a language, by how many of its words are function words. Of some
    words alone it cannot be told."""
    known = frozenset(language.function_words)
    words = found = 0
    for word in WORD.findall(text):
        words += len(word) if is_unspaced(word) else 1
        found += word.lower() in known
    enough = found + 1.5 * math.sqrt(found) + _BY_CHANCE >= _FUNCTION_WORDS * words
    return words < _TOO_FEW or enough


def _ambiguous(bible: Bible) -> Iterator[Skipped]:
    """Names that stand for more than one entry of the bible."""
    owners: dict[str, list[str]] = defaultdict(list)
    called: dict[str, str] = {}
    for entry in bible.entries:
        for key, name in {fold_name(name): name for name in entry.names}.items():
            owners[key].append(entry.name)
            called.setdefault(key, name)
    for key, names in owners.items():
        if len(names) > 1:
            others = ", ".join(dict.fromkeys(names))
            yield Skipped(
                check=f"name: {called[key]}",
                reason=f"{len(names)} entries of the bible are called so ({others}): whom the "
                "draft means is not plain",
            )


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:_NAMED]))
    more = len(numbers) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown
