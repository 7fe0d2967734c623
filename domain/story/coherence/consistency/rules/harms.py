"""What harms some, and somebody of them handles it unhurt."""

import re
from collections.abc import Sequence
from itertools import chain

from domain.story.coherence.consistency.content import meanings
from domain.story.coherence.consistency.rules.clauses import Rule
from domain.story.coherence.consistency.rules.ruled import Ruled
from domain.story.language import Language
from domain.story.text.cast import WORD

_SOON = 3
"""Sentences in which harm shows."""
_NEAR = 50
"""Characters between what is done with a thing and the thing."""
_PARTS = re.compile(r"[,;:—–]")


def unharmed(at: int, rule: Rule, scenes: Sequence[Ruled]) -> bool:
    """Whether one of those whom a rule's thing harms touches it in a sentence, and neither it nor
    the next ones tell of any harm, or of gloves."""
    told = scenes[at]
    language = told.language
    wanted = frozenset(chain.from_iterable(map(language.wanted, rule.action)))
    places = [
        word.start()
        for word in WORD.finditer(told.text)
        if wanted & meanings(word.group(), language)
    ]
    touched = any(
        min(abs(place - contact.start()) for place in places) <= _NEAR
        and told.one_of(rule.subject, contact.start())
        and not _denied(told.text[: contact.start()], language)
        for contact in language.finder("rule_contact").finditer(told.text)
        if places
    )
    soon = [each for each in scenes[at : at + _SOON] if each.scene == told.scene]
    return touched and not any(_harmed(each.text, language) for each in soon)


def _harmed(text: str, language: Language) -> bool:
    return language.finder("rule_shielded").search(text) is not None or any(
        not _denied(text[: match.start()], language)
        for match in language.finder("rule_harmed").finditer(text)
    )


def _denied(before: str, language: Language) -> bool:
    """Whether the clause that ends here says that it is not so."""
    part = _PARTS.split(before)[-1]
    return any(language.finder(name).search(part) for name in ("negation", "irrealis", "unreal"))
