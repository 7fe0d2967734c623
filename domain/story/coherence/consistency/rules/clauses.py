"""Rules of the world as an author writes them, taken apart into what may not be."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from domain.story.language import Language
from domain.story.text.cast import WORD
from domain.story.text.sentences import Span, sentences

_CLAUSES = re.compile(r"[;:!?]+(?:\s+|$)")
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
    LACKS = "lacks"  # the dead cast no shadow
    LIMIT = "limit"  # only three wishes
    TAKES = "takes"  # a letter takes a month
    COSTS = "costs"  # whoever wishes grows old: `condition` is what comes of it
    HARMS = "harms"  # iron burns the fae: `action` is what does, `subject` whom


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
    hours: frozenset[int] = frozenset()
    """The hours of the day at which it holds, where not at all."""
    number: int = 0
    """How many at most, or how many minutes at least."""


def parts(text: str, language: Language) -> Iterator[tuple[str, str, str]]:
    """The clauses of a text, as they are written, then in plainer words, then what is said of why
    it is so."""
    before = ""
    for clause in _sentences(text, language):
        restated = _restated(_reworded(clause, language), before, language)
        before = clause
        reasons = language.finder("rule_reason")
        plain = reasons.split(restated, maxsplit=1)[0]
        plain = plain if plain.strip() else restated
        yield clause.strip(), plain, restated[len(plain) :]


def clause_rule(plain: str, reason: str, language: Language, *, positive: bool) -> Rule | None:
    """What a clause forbids; with `positive`, also what it asks for."""
    rule = ruled(plain, language) if positive else _rule(plain, language)
    said = rule is not None and (rule.form is Form.ALWAYS or _is_not(plain, language))
    if rule is None or (said and not positive):
        return None
    return rule._replace(reason=content_words(reason, language))


def ruled(clause: str, language: Language) -> Rule | None:
    """What a clause forbids or asks for."""
    return _whole(clause, language) or _rule(clause, language)


def _reworded(clause: str, language: Language) -> str:
    """A clause in plainer words: `keep silence` as `do not speak`."""
    for line in language.lists["rule_reworded"]:
        says, means = line.split(" => ")
        clause = language.finder_of(says).sub(means, clause)
    return clause


def _sentences(text: str, language: Language) -> Iterator[str]:
    """The clauses of a text that say something of their own."""
    spans = sentences(text, Span(0, len(text)), frozenset(language.abbreviations))
    for clause in (each for span in spans for each in _CLAUSES.split(span.of(text).rstrip(" ."))):
        first, *rest = language.finder("rule_joint").split(clause)
        if rest and "," not in first and language.finder("rule_condition").match(first.lstrip()):
            first, *rest = f"{first}, {rest[0]}", *rest[1:]  # when it rains, nobody sails
        yield from (first, *rest)


def _restated(clause: str, before: str, language: Language) -> str:
    """A clause with what it is about by the one before it, where it begins with a pronoun; and
    where, if it ends with one."""
    there = next(
        (found for each in language.patterns("rule_there") if (found := each.search(clause))), None
    )
    names = [word for word in WORD.findall(before)[1:] if word[0].isupper()]
    if there and names:
        clause = f"{clause[: there.start('what')]}{' '.join(names)}{clause[there.end('what') :]}"
    first = WORD.search(clause)
    known = content_words(before, language)
    if not first or not known or not _is_pronoun(first.group(), language):
        return clause
    return f"{known[0]}{clause[first.end() :]}"


def _is_not(clause: str, language: Language) -> bool:
    """Whether a clause only says what somebody is not."""
    return language.finder("rule_copula").search(clause) is not None


def _whole(clause: str, language: Language) -> Rule | None:
    """What a clause as a whole says there is not, or cannot be used: `there are no cars`."""
    for name, form, action in (("rule_absent", Form.NONE, ()), ("rule_unusable", Form.NEVER, None)):
        for pattern in language.patterns(name):
            match = pattern.search(clause)
            what = content_words(match["what"], language) if match else []
            if match is None or not what:
                continue
            condition = content_words(clause[match.end() :], language)
            if action is None:
                times = language.time_meanings
                when = [word for word in condition if language.meanings(word) & times]
                return Rule(form, what, language.lists["rule_used"], when, (), (), "")
            return Rule(form, action, what, condition, (), (), "")
    return _positive(clause, language)


def _positive(clause: str, language: Language) -> Rule | None:
    """What a clause says that something does, or takes: `iron burns the fae`, `a spell costs a
    memory`, `whoever crosses must pay`, `mirrors show only the living`."""
    for name, make in _POSITIVE.items():
        for pattern in language.patterns(name):
            match = pattern.search(clause)
            parts = [content_words(part, language) for part in match.groups()] if match else [[]]
            rule = make(parts[0], parts[1], language) if all(parts) else None
            if rule is not None:
                return rule
    return None


def _harms(what: Sequence[str], whom: Sequence[str], _: Language) -> Rule:
    return Rule(Form.HARMS, whom[:1], what, (), (), (), "")


def _harmed_by(whom: Sequence[str], what: Sequence[str], language: Language) -> Rule:
    return _harms(what, whom, language)


def _costs(what: Sequence[str], need: Sequence[str], _: Language) -> Rule:
    return Rule(Form.NEEDS, (), what, (), need, (), "")


def _whoever(when: Sequence[str], action: Sequence[str], _: Language) -> Rule:
    return Rule(Form.ALWAYS, (), action, when, (), (), "")


def _price(action: Sequence[str], price: Sequence[str], _: Language) -> Rule:
    return Rule(Form.COSTS, (), action, price, (), (), "")


def _only_for(what: Sequence[str], whom: Sequence[str], language: Language) -> Rule | None:
    """For the others it never does."""
    pairs = (pair.split("/") for pair in language.lists["rule_opposites"])
    others = [other for one, other in pairs if one == whom[-1]]
    return Rule(Form.LACKS, others, what, (), (), (), "") if others else None


_POSITIVE: Mapping[str, Callable[[Sequence[str], Sequence[str], Language], Rule | None]] = {
    "rule_whoever": _whoever,
    "rule_price": _price,
    "rule_only_for": _only_for,
    "rule_harms": _harms,
    "rule_harmed_by": _harmed_by,
    "rule_costs": _costs,
}


def _rule(clause: str, language: Language) -> Rule | None:
    without = language.finder("rule_without").search(clause)
    only = language.finder("rule_only").search(clause)
    never = language.finder("rule_never").search(clause)
    if without and (never or only or language.finder("rule_only_by").search(without.group())):
        main = clause[: without.start()]
        need = language.finder("rule_relative").split(clause[without.end() :], maxsplit=1)[0]
        return _parted(Form.NEEDS, main, need.split(",")[0], never, language)
    by = language.finder("rule_by").search(clause, only.end()) if only and not never else None
    if only and by and len(WORD.findall(clause[: only.start()])) > 1:
        need = language.finder("rule_relative").split(clause[by.end() :], maxsplit=1)[0]
        return _parted(Form.NEEDS, clause[: by.start()], need, None, language)
    if never and not only:
        return _barred(clause, never, language)
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
    return None if only else _parted(Form.ALWAYS, clause, "", None, language)


def _barred(clause: str, never: re.Match[str], language: Language) -> Rule | None:
    """What a clause says is never so."""
    none = language.finder("rule_none").search(clause, 0, never.end() + _NEAR)
    may = language.finder("may").search(clause, none.end()) if none else None
    whom = content_words(clause[none.end() : may.start()], language) if none and may else []
    if may and len(whom) == 1:  # no woman may enter
        barred = _parted(Form.NEVER, clause[may.end() :], "", None, language)
        if barred:
            return barred._replace(subject=whom)
    if not none and not content_words(clause[: never.start()], language):
        may = language.finder("may").search(clause, never.end())
        what = clause[may.end() :] if may else ""
        barred = _parted(Form.NEVER, what, "", None, language)
        if may and barred is None and (action := content_words(what, language)):
            barred = Rule(Form.NEVER, (), action, (), (), (), "")
        if may and barred:  # nobody who has drunk may drive
            within = content_words(clause[never.end() : may.start()], language)
            return barred._replace(condition=(*within, *barred.condition))
    lacking = _lacking(clause, none, language) if none else None
    form = Form.NONE if none else Form.NEVER
    return lacking or _parted(form, clause, "", none or never, language)


def _lacking(clause: str, none: re.Match[str], language: Language) -> Rule | None:
    """Who has none of something: `the dead cast no shadow`, `vampires have no reflection`."""
    before = clause[: none.start()]
    subject, verb = content_words(before, language), []
    if not language.finder("rule_they_have").search(before):
        subject, verb = subject[:-1], subject[-1:]
    what = content_words(clause[none.end() :], language)
    somewhere = language.finder("rule_condition").match(before.lstrip())
    if not subject or not what or somewhere or language.finder("may").search(clause):
        return None
    return Rule(Form.LACKS, subject, [*what, *verb], (), (), (), "")


def _parted(
    form: Form, main: str, need: str, never: re.Match[str] | None, language: Language
) -> Rule | None:
    """A clause by its parts; None where nothing is left that can be looked for."""
    at = language.finder("rule_condition").search(main, never.end() if never else 1)
    what = main[: at.start()] if at else main
    condition = content_words(main[at.end() :], language) if at else []
    if at and language.finder("rule_until").match(main, at.start()):
        return None  # not before something is done: to do that is no wrong
    if form is Form.NEVER:  # never sell a book that you have not read
        what, *which = language.finder("rule_relative").split(what, maxsplit=1)
        narrower = content_words(" ".join(which), language)
        if which and not narrower:
            return None
        condition += narrower
    subject = (
        content_words(main[: never.start()], language) if never and form is not Form.NONE else []
    )
    if form is Form.NONE and never is not None:
        what = what[never.end() :]
        if not content_words(what, language):
            what, condition = main[never.end() :], []
    impersonal = form is Form.NEVER and never is not None
    if impersonal and not condition and never and _is_pronoun(main[: never.start()], language):
        return None
    action = [word for word in content_words(what, language) if word not in subject]
    needed = content_words(need, language)
    if not (subject or action) or (form in (Form.NEEDS, Form.WHO, Form.WHEN) and not needed):
        return None
    return Rule(form, subject, action, condition, needed, (), "")


def _is_pronoun(subject: str, language: Language) -> bool:
    """Whether only a pronoun says whom a clause is about: it may be anybody."""
    if content_words(subject, language):
        return False
    words = (word.lower() for word in WORD.findall(subject))
    thing = language.finder("thing_pronouns").search(subject) is not None
    return thing or any(word in language.pronoun_table for word in words)


def content_words(text: str, language: Language) -> list[str]:
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
