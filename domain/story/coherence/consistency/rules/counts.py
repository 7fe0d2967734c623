"""Rules with a number: how many there may be of something, and how long something takes."""

from collections.abc import Sequence

from domain.story.coherence.consistency.rules.clauses import Form, Rule, content_words
from domain.story.coherence.consistency.rules.ruled import Ruled
from domain.story.language import Language
from domain.story.text.cast import WORD

_MINUTES = {"minute": 1, "hour": 60, "day": 1440, "week": 10080, "month": 43200, "year": 525600}
_PLAINLY = 2
"""How many times as long something takes as it took."""
_FEW = 2
"""Words before a noun that count it."""
_LATER = 2


def counted(clause: str, language: Language) -> Rule | None:
    """How many of what a clause allows, or how long it says that something takes."""
    for pattern in language.patterns("rule_takes"):
        match = pattern.search(clause)
        minutes = _lasting(match["number"], match["unit"], language) if match else 0
        words = (
            content_words(f"{clause[: match.start()]} {clause[match.end('unit') :]}", language)
            if match
            else []
        )
        if minutes and words:
            return Rule(Form.TAKES, (), words, (), (), (), "", number=minutes)
    for pattern in language.patterns("rule_limit"):
        match = pattern.search(clause)
        number = language.read_number(match["number"] or "1") if match else None
        what = content_words(match["what"], language)[:1] if match else []
        if match and number and what:
            times = what[0] in language.lists["rule_times"]
            of = content_words(clause[: match.start()], language) if times else []
            return Rule(Form.LIMIT, of, what, (), (), (), "", number=number)
    return None


def exceeds(told: Ruled, rule: Rule) -> bool:
    """Whether a sentence counts more of something than there may be."""
    language = told.language
    if told.denies(rule.action) or told.restates(rule.action) or told.share(rule.subject) < 1:
        return False
    wanted = language.wanted(rule.action[0])
    words = WORD.findall(told.text.lower())
    counting = [
        word
        for at, noun in enumerate(words)
        if wanted & language.meanings(noun)
        for word in words[max(0, at - _FEW) : at]
    ]
    if rule.number == 1 and any(word in language.lists["rule_another"] for word in counting):
        return True
    return any((language.read_number(word) or 0) > rule.number for word in counting)


def hastens(at: int, rule: Rule, scenes: Sequence[Ruled]) -> bool:
    """Whether something is done in far less time than it takes."""
    told = scenes[at]
    language = told.language
    if told.denies(rule.action) or told.share(rule.action[:2]) == 0:
        return False
    if not language.finder("rule_done").search(told.text):
        return False
    if language.finder("rule_at_once").search(told.text):
        return True
    return any(
        0 < _lasting(match["number"], match["unit"], language) * _PLAINLY < rule.number
        for pattern in language.patterns("rule_took")
        for match in pattern.finditer(told.text)
    )


def _lasting(number: str, unit: str, language: Language) -> int:
    """Minutes."""
    word = unit.lower()
    named = language.unit_names
    plain = named.get(word) or named.get(word.rstrip("s"), word.rstrip("s"))
    return (language.read_number(number) or 0) * _MINUTES.get(plain, 0)


def unpunished(at: int, rule: Rule, scenes: Sequence[Ruled]) -> bool:
    """Whether somebody does what has a price, and it is said soon that nothing came of it."""
    told = scenes[at]
    if told.share(rule.action) < 1 or told.denies(rule.action):
        return False
    soon = [each for each in scenes[at : at + _LATER + 1] if each.scene == told.scene]
    return any(each.is_free or _not_so(each, rule) for each in soon)


def _not_so(told: Ruled, rule: Rule) -> bool:
    return told.share(rule.condition[:1]) == 1 and told.denies(rule.condition[:1])
