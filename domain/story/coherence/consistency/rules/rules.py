"""Rules of the world: what never happens, or only by somebody, happens in the draft."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

from domain.story.coherence.consistency.material import Material
from domain.story.coherence.consistency.relations.kin_said import sentences_said
from domain.story.coherence.consistency.rules.clauses import Form, Rule, clause_rule, parts
from domain.story.coherence.consistency.rules.counts import (
    counted,
    exceeds,
    hastens,
    unpunished,
)
from domain.story.coherence.consistency.rules.harms import unharmed
from domain.story.coherence.consistency.rules.hours import by_the_hour
from domain.story.coherence.consistency.rules.ruled import Ruled, add_times
from domain.story.coherence.verdict import Finding, Severity
from domain.story.language import Language

KIND = "rule"
_MOST, _HALF = 2 / 3, 1 / 2
"""Of the words of what a rule forbids, to say that a sentence does it; the same where somebody is
plainly without what it takes."""
_SOME = 2
_LIES = 300
"""Characters around in which a word for lies makes what is said doubtful."""


def rules(material: Material) -> Iterator[Finding]:
    """Sentences of the draft that have all of what a rule says there is not."""
    known = list(_rules(material))
    if not known:
        return
    prose = material.draft.prose
    scenes = [Ruled(sentence, material, prose.narrated) for sentence in prose.sentences]
    add_times(scenes)
    scenes += _said(material)
    for rule in known:
        broken = next(
            (told for at, told in enumerate(scenes) if _broken(at, told, rule, scenes)), None
        )
        if broken is not None:
            yield material.finding(
                KIND,
                Severity.WARNING,
                f"The draft goes against a rule: {rule.quote}",
                material.quoted(material.draft.number, broken.quote),
                material.quoted(0, rule.quote),
            )


def _rules(material: Material) -> Iterator[Rule]:
    bible, cast = material.case.bible, material.cast
    people = {
        word.lower()
        for each in cast.entities
        if each.kind == "person"
        for word in cast.own_words(each.name)
    }
    texts = [(each.text, True) for each in bible.rules] + [
        (each.text, False) for each in bible.facts
    ]
    for text, positive in texts:
        for rule in rules_in(text, material.language, positive=positive):
            named = [word for word in rule.subject if word in people]
            yield rule._replace(subject=named or rule.subject)


def rules_in(text: str, language: Language, *, positive: bool) -> Iterator[Rule]:
    """The rules of a text; with `positive`, also those that ask for something."""
    for clause, plain, reason in parts(text, language):
        rule = by_the_hour(plain, text, language) if positive else None
        rule = rule or (counted(plain, language) if positive else None)
        rule = rule or clause_rule(plain, reason, language, positive=positive)
        if rule is not None:
            yield rule._replace(quote=clause)


def _said(material: Material) -> list[Ruled]:
    """What speakers tell of what has happened."""
    language, text = material.language, material.draft.text
    lies = language.finder("lies")
    return [
        Ruled(sentence, material, text)
        for _, sentence in sentences_said(material)
        for words in (sentence.span.of(text),)
        if not words.rstrip().endswith("?")
        and language.finder("said_past").search(words)
        and not any(language.finder(name).search(words) for name in ("irrealis", "unreal"))
        and not lies.search(text[max(0, sentence.span.start - _LIES) : sentence.span.end + _LIES])
    ]


def _broken(at: int, told: Ruled, rule: Rule, scenes: Sequence[Ruled]) -> bool:
    if rule.form in _SOON:
        return not told.imagined(rule) and _SOON[rule.form](at, rule, scenes)
    if rule.form in _ALONE:
        return not told.imagined(rule) and _ALONE[rule.form](told, rule)
    return _breaks(told, rule, scenes)


def _has(told: Ruled, rule: Rule) -> bool:
    """Whether it tells that somebody has what such as they have not."""
    place = told.place_of(rule.action[0])
    return place >= 0 and told.one_of(rule.subject, place) and not told.denies(rule.action[:1])


_SOON: Mapping[Form, Callable[[int, Rule, Sequence[Ruled]], bool]] = {
    Form.HARMS: unharmed,
    Form.COSTS: unpunished,
    Form.TAKES: hastens,
}
"""What sentences that follow one another tell."""
_ALONE: Mapping[Form, Callable[[Ruled, Rule], bool]] = {Form.LACKS: _has, Form.LIMIT: exceeds}


def _breaks(told: Ruled, rule: Rule, scenes: Sequence[Ruled]) -> bool:
    if rule.form is Form.ALWAYS and rule.condition and _leaves_out(told, rule):
        return True
    asked = {Form.ALWAYS: rule.action, Form.NEEDS: rule.need}.get(rule.form, ())
    bare = told.bare_of(asked)
    had = told.language.lists["rule_had"] if bare else ()
    what = [word for word in (*rule.subject, *rule.action) if word not in (*bare, *had)]
    enough = rule.form is Form.NONE or told.share(what, told.people) >= (_HALF if bare else _MOST)
    if not enough or told.imagined(rule) or _of_another_gender(told, rule):
        return False
    if rule.hours and not (told.hours and told.hours <= rule.hours):
        return False
    if (
        (told.share(rule.action) == 0 and not bare)
        or not _at_the_time(told, rule)
        or not told.concerns(rule)
    ):
        return False
    if rule.form not in (Form.ALWAYS, Form.NEEDS) and told.restates(rule.action):
        return False
    return _FORBIDDEN[rule.form](told, rule, scenes, bare)


def _never(told: Ruled, rule: Rule, _: Sequence[Ruled], __: Sequence[str]) -> bool:
    done = not rule.subject or told.share(rule.action[:1]) == 1
    if rule.subject and told.share(rule.subject, told.people) == 0:
        return False
    if list(rule.action) == list(told.language.lists["rule_used"]):
        done = told.uses(rule.subject, rule.action)
    done = done and (len(rule.action) < _SOME or told.share(rule.action[1:], told.near) > 0)
    return done and _in_case(told, rule) and _all(told, rule) and not told.denies(rule.action)


def _none(told: Ruled, rule: Rule, _: Sequence[Ruled], __: Sequence[str]) -> bool:
    before = told.language.finder("perfect").search(told.text)
    return not before and _there_is(told, rule) and not told.denies(rule.action[:1])


def _needs(told: Ruled, rule: Rule, scenes: Sequence[Ruled], bare: Sequence[str]) -> bool:
    what = (*rule.subject, *rule.action)
    lacking = told.lacks(rule.need) or (bool(bare) and told.share(rule.action[:1]) == 1)
    denied = told.denies(rule.action)
    if told.restates(rule.action) and (not lacking or denied):
        return False
    unheeded = (
        told.has_person
        and len(what) > 1
        and told.share(what, told.people) == 1
        and not denied
        and not _mentioned(rule.need, told, scenes)
    )
    return _in_case(told, rule) and (lacking or told.is_free or unheeded)


def _who(told: Ruled, rule: Rule, _: Sequence[Ruled], __: Sequence[str]) -> bool:
    what = (*rule.subject, *rule.action, *rule.condition)
    others = told.has_person and told.share(rule.need, told.people) == 0
    done = len(what) > 1 and told.share(what, told.times) == 1
    return others and done and not told.denies(rule.action)


def _when(told: Ruled, rule: Rule, _: Sequence[Ruled], __: Sequence[str]) -> bool:
    what = (*rule.subject, *rule.action)
    return told.share(what) == 1 and _another_time(told, rule) and not told.denies(what)


def _always(told: Ruled, rule: Rule, _: Sequence[Ruled], bare: Sequence[str]) -> bool:
    what = (*rule.subject, *rule.action)
    if bare or len(what) < _SOME:
        return bool(bare) and _in_case(told, rule)
    whole = told.share(what, told.people) == 1
    undone = whole and told.denies(rule.action)
    lacking = (whole or told.goes_without) and told.lacks(rule.action)
    return (undone or lacking) and _in_case(told, rule)


_FORBIDDEN: Mapping[Form, Callable[[Ruled, Rule, Sequence[Ruled], Sequence[str]], bool]] = {
    Form.NEVER: _never,
    Form.NONE: _none,
    Form.NEEDS: _needs,
    Form.WHO: _who,
    Form.WHEN: _when,
    Form.ALWAYS: _always,
}
"""Whether a sentence goes against a rule that concerns it."""


def _leaves_out(told: Ruled, rule: Rule) -> bool:
    """Whether all of a rule's case is there, and what it asks for then is said to lack."""
    return (
        len(rule.condition) > 1
        and told.has_person
        and not told.imagined(rule)
        and told.share(rule.condition) == 1
        and told.lacks(rule.action)
    )


def _of_another_gender(told: Ruled, rule: Rule) -> bool:
    """Whether a rule for women, or for men, has nothing to say of those who are there."""
    for gender, stems in told.language.gender_stems.items():
        if not stems.isdisjoint(chain.from_iterable(map(told.language.wanted, rule.subject))):
            return gender not in told.genders
        if not stems.isdisjoint(chain.from_iterable(map(told.language.wanted, rule.need))):
            return told.genders <= {gender}
    return False


def _all(told: Ruled, rule: Rule) -> bool:
    """Whether at least two of a rule's words are there, when it has two."""
    words = (*rule.subject, *rule.action, *rule.condition)
    hits = told.share(words, told.people | told.times | told.near) * len(words)
    return hits >= min(2, len(words)) and len(words) > 1


def _in_case(told: Ruled, rule: Rule) -> bool:
    """Whether it is when or where a rule holds."""
    what = (*rule.subject, *rule.action)
    setting = told.language.lists["rule_setting"]
    condition = [word for word in rule.condition if word not in setting]
    if told.away_from(condition):
        return False
    if rule.reason and told.share(what, told.people) == 1 and told.share(rule.reason) >= _HALF:
        return True
    if (
        told.share(what, told.people) == 1
        and told.share(condition, told.near if told.says(rule.action) else frozenset()) == 1
    ):
        return True
    return told.share(condition, told.times) >= (0.5 if len(condition) != 1 else 1)


def _at_the_time(told: Ruled, rule: Rule) -> bool:
    """Whether it is a time that a rule names, where it names any."""
    times = frozenset(chain.from_iterable(map(told.language.wanted, rule.condition)))
    times &= told.language.time_meanings
    return not times or not times.isdisjoint(told.meanings | told.times)


def _there_is(told: Ruled, rule: Rule) -> bool:
    """What there is none of, with half of the rest of the rule or of its reason."""
    language = told.language
    if not rule.action or told.share(rule.action[:1]) < 1:
        return False
    setting = language.lists["rule_setting"]
    where = [word for word in rule.condition if word not in setting]
    around = [word for word in rule.condition if word in setting]
    if where and told.share(where, told.times | told.near) == 0:
        if not around or told.share(around) == 0:
            return False
        where = []
    rest = [*(word for word in rule.action[1:] if word not in setting), *where]
    there = told.meanings | told.times
    hits = sum(bool(language.wanted(word) & there) for word in (*rest, *rule.reason))
    return 2 * hits >= len(rest)


def _mentioned(words: Sequence[str], told: Ruled, scenes: Sequence[Ruled]) -> bool:
    """Whether one of the words is in a scene up to the paragraph of a sentence."""
    return any(
        each.share(words) > 0 and not each.lacks(words)
        for each in scenes
        if each.scene == told.scene and each.paragraph <= told.paragraph + 1
    )


def _another_time(told: Ruled, rule: Rule) -> bool:
    """Whether a sentence names a time of the same kind as, and none of, those of a rule."""
    language = told.language
    for name in ("weekdays", "months", "times_of_day", "tides"):
        kind = frozenset(chain.from_iterable(map(language.meanings, language.lists[name])))
        wanted = kind & frozenset(chain.from_iterable(map(language.wanted, rule.need)))
        there = kind & told.meanings
        if wanted and there and not there & wanted:
            return True
    return False
