"""Rules of the world as an author writes them, taken apart into what may not be."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from domain.story.language import Language
from domain.story.text.cast import WORD

_CLAUSES = re.compile(r"[.;:!?]+(?:\s+|$)")
_LEAST = 3
"""Letters of a word that counts."""
_NEAR = 12
"""Characters that `there is not any` may go on after its first negation."""


class Form(StrEnum):
    """What kind of rule it is."""

    NEVER = "never"  # the ferry does not run after dark
    NONE = "none"  # there is no bridge
    NEEDS = "needs"  # nobody may enter without a key; the gate opens only with a key
    WHO = "who"  # only the keeper may open the gate
    WHEN = "when"  # the ferry runs only by day
    ALWAYS = "always"  # everybody must wear a mask


class Rule(NamedTuple):
    """A clause of a rule, as words: `action` is what is ruled, `condition` when or where, `need`
    what it takes (or who, or when), `reason` why; `subject` whom it is about."""

    form: Form
    subject: Sequence[str]
    action: Sequence[str]
    condition: Sequence[str]
    need: Sequence[str]
    reason: Sequence[str]
    quote: str


def clauses(text: str, language: Language, *, positive: bool) -> Iterator[Rule]:
    """The clauses of a text that forbid something; with `positive`, those that ask for it too."""
    for clause in _CLAUSES.split(text):
        plain = language.finder("rule_reason").split(clause, maxsplit=1)
        reason = _words(clause[len(plain[0]) :], language)
        rule = _whole(plain[0], language) if positive else None
        rule = rule or _rule(plain[0], language)
        said = rule is not None and (rule.form is Form.ALWAYS or _is_not(plain[0], language))
        if rule is not None and (positive or not said):
            yield rule._replace(reason=reason, quote=clause.strip())


def _is_not(clause: str, language: Language) -> bool:
    """Whether a clause only says what somebody is not."""
    return language.finder("rule_copula").search(clause) is not None


def _whole(clause: str, language: Language) -> Rule | None:
    """What a clause as a whole says there is not, or cannot be used: `there are no cars`."""
    for name, form, action in (("rule_absent", Form.NONE, ()), ("rule_unusable", Form.NEVER, None)):
        for pattern in language.patterns(name):
            match = pattern.search(clause)
            what = _words(match["what"], language) if match else []
            if match is None or not what:
                continue
            condition = _words(clause[match.end() :], language)
            if action is None:
                return Rule(form, what, language.lists["rule_used"], condition, (), (), "")
            return Rule(form, action, what, condition, (), (), "")
    return None


def _rule(clause: str, language: Language) -> Rule | None:
    without = language.finder("rule_without").search(clause)
    only = language.finder("rule_only").search(clause)
    never = language.finder("rule_never").search(clause)
    if without and (never or only or language.finder("rule_only_by").search(without.group())):
        main = clause[: without.start()]
        need = language.finder("rule_relative").split(clause[without.end() :], maxsplit=1)[0]
        return _parted(Form.NEEDS, main, need, never, language)
    by = language.finder("rule_by").search(clause, only.end()) if only and not never else None
    if only and by and len(WORD.findall(clause[: only.start()])) > 1:
        need = language.finder("rule_relative").split(clause[by.end() :], maxsplit=1)[0]
        return _parted(Form.NEEDS, clause[: by.start()], need, None, language)
    if never and not only:
        none = language.finder("rule_none").search(clause, 0, never.end() + _NEAR)
        may = language.finder("may").search(clause, none.end()) if none else None
        whom = _words(clause[none.end() : may.start()], language) if none and may else []
        if may and len(whom) == 1:  # no woman may enter
            barred = _parted(Form.NEVER, clause[may.end() :], "", None, language)
            return barred and barred._replace(subject=whom)
        return _parted(Form.NONE if none else Form.NEVER, clause, "", none or never, language)
    if only and not never:
        rest = clause[only.end() :]
        may = language.finder("may").search(rest)
        if may is not None and len(WORD.findall(clause[: only.start()])) <= 1:
            return _parted(Form.WHO, rest[may.end() :], rest[: may.start()], None, language)
        when = language.finder("rule_when").match(rest.lstrip())
        if when is not None:
            return _parted(Form.WHEN, clause[: only.start()], rest, None, language)
        allowed = re.search(rf"\b{language.alternatives('may')}\s*$", clause[: only.start()], re.I)
        later = language.finder("rule_when").search(rest) if allowed else None
        if allowed and later:  # can only be crossed at low tide
            main = clause[: allowed.start()] + rest[: later.start()]
            return _parted(Form.WHEN, main, rest[later.start() :], None, language)
        return None
    if not never and not only:
        return _parted(Form.ALWAYS, clause, "", None, language)
    return None


def _parted(
    form: Form, main: str, need: str, never: re.Match[str] | None, language: Language
) -> Rule | None:
    """A clause by its parts; None where nothing is left that can be looked for."""
    at = language.finder("rule_condition").search(main, never.end() if never else 1)
    what = main[: at.start()] if at else main
    condition = _words(main[at.end() :], language) if at else []
    subject = _words(main[: never.start()], language) if never and form is not Form.NONE else []
    if form is Form.NONE and never is not None:
        what = what[never.end() :]
        if not _words(what, language):
            what, condition = main[never.end() :], []
    impersonal = form is Form.NEVER and never is not None
    if impersonal and not condition and never and _is_pronoun(main[: never.start()], language):
        return None
    action = [word for word in _words(what, language) if word not in subject]
    needed = _words(need, language)
    if not (subject or action) or (form in (Form.NEEDS, Form.WHO, Form.WHEN) and not needed):
        return None
    return Rule(form, subject, action, condition, needed, (), "")


def _is_pronoun(subject: str, language: Language) -> bool:
    """Whether only a pronoun says whom a clause is about: it may be anybody."""
    if _words(subject, language):
        return False
    words = (word.lower() for word in WORD.findall(subject))
    thing = language.finder("thing_pronouns").search(subject) is not None
    return thing or any(word in language.pronoun_table for word in words)


def _words(text: str, language: Language) -> list[str]:
    """The words that count, lower case, each once."""
    light = language.lists["rule_light"]
    return list(
        dict.fromkeys(
            low
            for word in WORD.findall(text)
            for low in (word.lower(),)
            if len(low) >= _LEAST
            and low not in language.function_words
            and low not in light
            and language.read_number(low) is None
        )
    )
