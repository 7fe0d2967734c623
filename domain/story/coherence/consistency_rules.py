"""Rules of the world: what never happens, or only by somebody, happens in the draft."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from domain.story.coherence.content import content, shared
from domain.story.coherence.material import Material
from domain.story.coherence.verdict import Finding, Severity
from domain.story.text import marks
from domain.story.text.mentions import Sentence

KIND = "rule"
_CLAUSES = re.compile(r"[.;:!?]+\s*")
_SHARE = 0.6
_LEAST = 2


class _Rule(NamedTuple):
    """What may not be, by the stems of its words; `only` who may all the same."""

    stems: Sequence[str]
    only: Sequence[str]
    quote: str
    denied: str = ""
    """The stem of what there is not: `no bridge`."""


def rules(material: Material) -> Iterator[Finding]:
    """Sentences of the draft that have all of what a rule says there is not."""
    known = [rule for text in _texts(material) for rule in _rules(text, material)]
    reported: set[str] = set()
    for rule in known:
        for sentence in material.draft.prose.sentences:
            words = sentence.span.of(material.draft.prose.narrated)
            if rule.quote in reported or not _breaks(words, sentence, rule, material):
                continue
            reported.add(rule.quote)
            yield material.finding(
                KIND,
                Severity.WARNING,
                f"The draft goes against a rule: {rule.quote}",
                material.quoted(material.draft.number, sentence.span.of(material.draft.text)[:400]),
                material.quoted(0, rule.quote),
            )


def _texts(material: Material) -> Iterator[str]:
    bible = material.case.bible
    yield from (rule.text for rule in bible.rules)
    yield from (fact.text for fact in bible.facts if fact.text)


def _rules(text: str, material: Material) -> Iterator[_Rule]:
    language = material.language
    for clause in _CLAUSES.split(text):
        never = language.finder("rule_never").search(clause)
        only = language.finder("rule_only").search(clause)
        if only and not never:
            who, what = _halves(clause[only.end() :], material)
            if who and len(stems := content(what, language)) >= 1:
                yield _Rule(stems, content(who, language), clause.strip())
        elif never and not only:
            stems = content(clause, language)
            none = language.finder("rule_none").match(never.group())
            denied = content(clause[never.end() :], language)[:1] if none else []
            if len(stems) >= _LEAST:
                yield _Rule(stems, (), clause.strip(), "".join(denied) or stems[-1])


def _halves(clause: str, material: Material) -> tuple[str, str]:
    """Who may, and what, of a clause such as `only the keeper can open the gate`."""
    may = material.language.finder("may").search(clause)
    return (clause[: may.start()], clause[may.end() :]) if may else ("", "")


def _breaks(words: str, sentence: Sentence, rule: _Rule, material: Material) -> bool:
    language = material.language
    found = shared(rule.stems, words, language)
    if rule.only:
        others = any(
            material.cast.by_char[mention.char].kind == "person" for mention in sentence.mentions
        )
        if len(found) < max(_LEAST, len(rule.stems)) or not others:
            return False
        if shared(rule.only, words, language):
            return False
    elif len(found) < max(_LEAST, _SHARE * len(rule.stems)) or rule.denied not in found:
        return False
    plain = words.replace(marks.SPOKEN, "")
    return not any(
        language.finder(name).search(plain) for name in ("exceptions", "negation", "unreal")
    )
