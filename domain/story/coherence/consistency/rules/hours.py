"""The hours of the day: those in which a rule holds, and those at which something happens."""

from functools import reduce

from domain.story.coherence.consistency.rules.clauses import Form, Rule, ruled
from domain.story.language import Language
from domain.story.text.cast import WORD

_DAY = 24
_HALF = 12
_EARLY = 6
"""Hours before this one are of the night, by half-days from noon on where nothing else is said."""
_LATE = 18
_DAWN = 5


def by_the_hour(clause: str, text: str, language: Language) -> Rule | None:
    """What a clause forbids at some hours of the day only, or allows at none but some; of what is
    closed, they may be named in the rest of the text."""
    found = _window(clause, language)
    if found is None:
        rule = ruled(clause, language)
        shut = rule is not None and list(rule.action) == list(language.lists["rule_used"])
        around = _window(text, language) if shut else None
        return rule._replace(hours=around[0]) if rule and around else None
    hours, rest = found
    only = language.finder("rule_hours_only").search(rest)
    if only is None:
        rule = ruled(rest, language)
        barred = rule is not None and rule.form in (Form.NEVER, Form.NONE)
        return rule._replace(hours=hours) if rule and barred else None
    rule = ruled(rest[: only.start()] + rest[only.end() :], language)
    if rule is None or rule.form is not Form.ALWAYS:
        return None
    words = (*rule.subject, *rule.action)
    return rule._replace(
        form=Form.NEVER, subject=(), action=words, hours=frozenset(range(_DAY)) - hours
    )


def hours_told(text: str, before: frozenset[int], language: Language) -> frozenset[int]:
    """Which hours a text says that it may be, given those of what came before; none if it says
    nothing of it."""
    plain = language.finder("hours_else").sub(" ", text)
    found = [
        _hours(match["at"], language)
        for pattern in language.patterns("hour_told")
        for match in pattern.finditer(plain)
    ]
    found += [_vague(match.group(), language) for match in language.finder("hours").finditer(plain)]
    together = reduce(frozenset.__and__, found) if found else frozenset()
    return (together & before) or together


def _window(clause: str, language: Language) -> tuple[frozenset[int], str] | None:
    """The hours that a clause names, and its other words."""
    for pattern in language.patterns("hour_windows"):
        match = pattern.search(clause)
        if match is None:
            continue
        named = match.groupdict()
        start, end = (_hours(named.get(key) or "", language) for key in ("from", "to"))
        if not (start or end):
            continue
        return _between(start, end), clause[: match.start()] + clause[match.end() :]
    return None


def _between(start: frozenset[int], end: frozenset[int]) -> frozenset[int]:
    """From the likeliest of some hours to the next of some others."""
    if not start:
        last = min(end)
        first = 0 if last <= _HALF else _DAWN
    else:
        late = [hour for hour in start if hour >= _LATE]
        first = min(start) if min(start) >= _EARLY or len(start) == 1 else max(start)
        if not end:
            first = late[0] if late else first
            last = _DAWN if first >= _LATE or first < _EARLY else _DAY
        else:
            last = min(end, key=lambda hour: (hour - first - 1) % _DAY)
    length = (last - first - 1) % _DAY + 1
    return frozenset((first + hour) % _DAY for hour in range(length))


def _hours(words: str, language: Language) -> frozenset[int]:
    """Which hours a time of day may mean: `nine` is one of two."""
    numbers = [
        number
        for word in (*WORD.findall(words.lower()), words.lower().replace("-", " "))
        if (number := language.read_number(word)) is not None
    ]
    digits = [
        int(word) for word in words.replace("h", " ").replace(":", " ").split() if word.isdecimal()
    ]
    number = next(iter((*digits, *reversed(numbers))), None)
    if number is None:
        vague = _vague(words, language)
        return (
            frozenset(sorted(vague)[:1]) if len(vague) == 1 else frozenset(_first(words, language))
        )
    number -= language.finder("hour_to").search(words) is not None
    if number > _HALF:
        return frozenset((number % _DAY,)) if number <= _DAY else frozenset()
    if language.finder("hour_am").search(words):
        return frozenset((number % _HALF,))
    if language.finder("hour_pm").search(words):
        return frozenset((number % _HALF + (_HALF if number >= _EARLY else 0),))
    if language.finder("hour_noon").search(words):
        return frozenset((number % _HALF + _HALF,))
    return frozenset((number % _HALF, number % _HALF + _HALF))


def _first(words: str, language: Language) -> tuple[int, ...]:
    match = language.finder("hours").search(words)
    return (language.hours[match.group().lower()][0] % _DAY,) if match else ()


def _vague(words: str, language: Language) -> frozenset[int]:
    """The hours of `night` or `afternoon`."""
    match = language.finder("hours").search(words)
    if match is None:
        return frozenset()
    first, last = language.hours[" ".join(match.group().lower().split())]
    return frozenset(hour % _DAY for hour in range(first, last))
