"""Rules of the world: what never happens, or only by somebody, happens in the draft."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain

from domain.story.coherence.consistency.content import meanings
from domain.story.coherence.consistency.kin_said import sentences_said
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.consistency.rule_clauses import Form, Rule, clauses
from domain.story.coherence.verdict import Finding, Severity
from domain.story.language import Gender, Language
from domain.story.text import marks
from domain.story.text.cast import WORD
from domain.story.text.mentions import Sentence

KIND = "rule"
_MOST = 2 / 3
"""Of the words of what a rule forbids, to say that a sentence does it."""
_SHORT = 3
"""Words of an attribute that says what somebody is."""
_BEFORE = 12
"""Sentences that say where it is that something happens."""
_LIES = 300
"""Characters around in which a word for lies makes what is said doubtful."""
_REACH = 5
"""Words in which something is lacking."""
_PARTS = re.compile(r"[,;:—–()]")


def rules(material: Material) -> Iterator[Finding]:
    """Sentences of the draft that have all of what a rule says there is not."""
    known = list(_rules(material))
    if not known:
        return
    prose = material.draft.prose
    scenes = [_Told(sentence, material, prose.narrated) for sentence in prose.sentences]
    _add_times(scenes)
    scenes += _said(material)
    for rule in known:
        broken = next((told for told in scenes if _breaks(told, rule, scenes)), None)
        if broken is not None:
            yield material.finding(
                KIND,
                Severity.WARNING,
                f"The draft goes against a rule: {rule.quote}",
                material.quoted(material.draft.number, broken.quote),
                material.quoted(0, rule.quote),
            )


def _rules(material: Material) -> Iterator[Rule]:
    bible = material.case.bible
    for rule in bible.rules:
        yield from clauses(rule.text, material.language, positive=True)
    for fact in bible.facts:
        if fact.text:
            yield from clauses(fact.text, material.language, positive=False)


def _said(material: Material) -> list["_Told"]:
    """What speakers tell of what has happened."""
    language, text = material.language, material.draft.text
    lies = language.finder("lies")
    return [
        _Told(sentence, material, text)
        for _, sentence in sentences_said(material)
        for words in (sentence.span.of(text),)
        if not words.rstrip().endswith("?")
        and language.finder("said_past").search(words)
        and not any(language.finder(name).search(words) for name in ("irrealis", "unreal"))
        and not lies.search(text[max(0, sentence.span.start - _LIES) : sentence.span.end + _LIES])
    ]


class _Told:
    """A sentence by what its words mean; of the narrator's, or of a speaker's."""

    def __init__(self, sentence: Sentence, material: Material, text: str) -> None:
        self._material = material
        self._sentence = sentence
        self._text = sentence.span.of(text).replace(marks.SPOKEN, " ")
        self.scene = sentence.scene
        self.paragraph = sentence.paragraph
        self.times: frozenset[str] = frozenset()
        """What time it is, as said before."""
        self.near: frozenset[str] = frozenset()
        """What the sentences just before are about."""

    @property
    def language(self) -> Language:
        return self._material.language

    @property
    def quote(self) -> str:
        return self._sentence.span.of(self._material.draft.text)[:QUOTE]

    @cached_property
    def parts(self) -> Sequence[tuple[str, frozenset[str]]]:
        """Its clauses, each with what its words mean."""
        return [(part, meanings(part, self.language)) for part in _PARTS.split(self._text)]

    @cached_property
    def meanings(self) -> frozenset[str]:
        """What its words mean."""
        return frozenset(chain.from_iterable(found for _, found in self.parts))

    @cached_property
    def genders(self) -> frozenset[Gender]:
        """Of those whom it mentions, as far as they are known."""
        cast = self._material.cast
        found = (cast.by_char[mention.char].gender for mention in self._sentence.mentions)
        return frozenset(filter(None, found))

    @cached_property
    def people(self) -> frozenset[str]:
        """What those whom it mentions are called, and are."""
        cast = self._material.cast
        names = {cast.by_char[mention.char].name for mention in self._sentence.mentions}
        genders = (self.language.gender_stems[gender] for gender in self.genders)
        return frozenset().union(*genders) | frozenset(
            chain.from_iterable(
                meanings(text, self.language)
                for entry in self._material.case.bible.entries
                if entry.name in names
                for text in (*entry.names, *entry.attributes.values())
                if len(text.split()) <= _SHORT
            )
        )

    def concerns(self, rule: Rule) -> bool:
        """Whether one of the people whom a rule names is there, where it names any; whom it is
        about, as the last one mentioned before what is ruled."""
        about = self._named(rule.subject)
        if about:
            return any(self._does(char, rule.action) for char in about)
        named = self._named(WORD.findall(rule.quote.lower()))
        return not named or any(mention.char in named for mention in self._sentence.mentions)

    def _named(self, words: Sequence[str]) -> frozenset[str]:
        """The people of the cast whom one of some lower-case words calls."""
        cast = self._material.cast
        return frozenset(
            char
            for char, entity in cast.by_char.items()
            if entity.kind == "person"
            and any(word.lower() in words for word in cast.own_words(entity.name))
        )

    def _does(self, char: str, action: Sequence[str]) -> bool:
        """Whether somebody is the last one mentioned before a word of what is done, in a clause."""
        wanted = frozenset(chain.from_iterable(map(self.language.meanings, action)))
        begin = self._sentence.span.start
        for word in WORD.finditer(self._text):
            if not wanted & meanings(word.group(), self.language):
                continue
            before = [
                mention
                for mention in self._sentence.mentions
                if mention.start < begin + word.start()
                and self._material.cast.by_char[mention.char].kind == "person"
            ]
            last = max(before, key=lambda mention: mention.start, default=None)
            if last is not None and last.char == char and not last.owner:
                return True
        return False

    @cached_property
    def goes_without(self) -> bool:
        """Whether it says that something is done without something."""
        return self.language.finder("rule_without").search(self._text) is not None

    @cached_property
    def has_person(self) -> bool:
        """Whether it is about somebody."""
        cast = self._material.cast
        return any(cast.by_char[each.char].kind == "person" for each in self._sentence.mentions)

    def imagined(self, rule: Rule) -> bool:
        """Whether it tells of what is not, or is allowed, in other words than the rule's."""
        own = meanings(rule.quote, self.language)
        return any(
            not own & meanings(match.group(), self.language)
            for name in ("rule_exceptions", "unreal")
            for match in self.language.finder(name).finditer(self._text)
        )

    def lacks(self, words: Iterable[str]) -> bool:
        """Whether it says that one of these is not there, or fewer than it takes."""
        wanted = frozenset(chain.from_iterable(map(self.language.meanings, words)))
        missing = self.language.finder("rule_lacking")
        for match in missing.finditer(self._text):
            after = _PARTS.split(self._text[match.end() : match.end() + 60], maxsplit=1)[0]
            near = " ".join(after.split()[:_REACH])
            if wanted & meanings(near, self.language) and not (
                self.language.finder("rule_besides").search(near)
            ):
                return True
        return False

    def denies(self, words: Sequence[str]) -> bool:
        """Whether a clause that has one of these words says before it that this is not so."""
        wanted = frozenset(chain.from_iterable(map(self.language.meanings, words)))
        return any(
            self.language.finder(name).search(part, 0, self._last(part, wanted))
            for part, found in self.parts
            if wanted & found
            for name in ("negation", "irrealis")
        )

    def _last(self, part: str, wanted: frozenset[str]) -> int:
        """Where the last word of a clause begins that means one of these."""
        starts = [
            word.start()
            for word in WORD.finditer(part)
            if wanted & meanings(word.group(), self.language)
        ]
        return max(starts, default=0)

    @cached_property
    def _words(self) -> Sequence[frozenset[str]]:
        """What each of its words means."""
        return [meanings(word, self.language) for word in WORD.findall(self._text)]

    def share(self, words: Sequence[str], also: frozenset[str] = frozenset()) -> float:
        """How many of some words it has, by meaning, each in a word of its own; 1 for none
        wanted."""
        left, hits = list(self._words), 0
        for wanted in map(self.language.meanings, words):
            at = next((at for at, there in enumerate(left) if wanted & there), None)
            if at is not None:
                del left[at]
            hits += at is not None or bool(wanted & also)
        return hits / len(words) if words else 1.0


def _add_times(scenes: Sequence[_Told]) -> None:
    """Tells each sentence what time of day and which day it is by those before it."""
    now: frozenset[str] = frozenset()
    for index, told in enumerate(scenes):
        told.near = frozenset().union(
            *(
                each.meanings
                for each in scenes[max(0, index - _BEFORE) : index]
                if each.scene == told.scene
            )
        )
        if index and told.scene != scenes[index - 1].scene:
            now = frozenset()
        now = told.meanings & told.language.time_meanings or now
        told.times = now


def _breaks(told: _Told, rule: Rule, scenes: Sequence[_Told]) -> bool:
    what = (*rule.subject, *rule.action)
    enough = rule.form is Form.NONE or told.share(what, told.people) >= _MOST
    if not enough or told.imagined(rule) or _of_another_gender(told, rule):
        return False
    if told.share(rule.action) == 0 or not _at_the_time(told, rule) or not told.concerns(rule):
        return False
    match rule.form:
        case Form.NEVER:
            done = not rule.subject or told.share(rule.action[:1]) == 1
            return (
                done and _in_case(told, rule) and _all(told, rule) and not told.denies(rule.action)
            )
        case Form.NONE:
            return _there_is(told, rule) and not told.denies(rule.action[:1])
        case Form.NEEDS:
            return _in_case(told, rule) and (
                told.lacks(rule.need)
                or (
                    told.has_person
                    and len(what) > 1
                    and told.share(what, told.people) == 1
                    and not told.denies(rule.action)
                    and not _mentioned(rule.need, told, scenes)
                )
            )
        case Form.WHO:
            return (
                told.has_person
                and told.share(what) == 1
                and len(what) > 1
                and told.share(rule.need, told.people) == 0
                and not told.denies(rule.action)
            )
        case Form.WHEN:
            return told.share(what) == 1 and _another_time(told, rule) and not told.denies(what)
        case Form.ALWAYS:
            whole = told.share(what, told.people) == 1
            return (
                len(what) > 1
                and _in_case(told, rule)
                and (
                    (whole and told.denies(rule.action))
                    or ((whole or told.goes_without) and told.lacks(rule.action))
                )
            )


def _of_another_gender(told: _Told, rule: Rule) -> bool:
    """Whether a rule for women, or for men, has nothing to say of those who are there."""
    for gender, stems in told.language.gender_stems.items():
        if not stems.isdisjoint(chain.from_iterable(map(told.language.meanings, rule.subject))):
            return gender not in told.genders
        if not stems.isdisjoint(chain.from_iterable(map(told.language.meanings, rule.need))):
            return told.genders <= {gender}
    return False


def _all(told: _Told, rule: Rule) -> bool:
    """Whether at least two of a rule's words are there, when it has two."""
    words = (*rule.subject, *rule.action, *rule.condition)
    hits = told.share(words, told.people | told.times | told.near) * len(words)
    return hits >= min(2, len(words)) and len(words) > 1


def _in_case(told: _Told, rule: Rule) -> bool:
    """Whether it is when or where a rule holds."""
    what = (*rule.subject, *rule.action)
    setting = told.language.lists["rule_setting"]
    condition = [word for word in rule.condition if word not in setting]
    if told.share(what, told.people) == 1 and told.share(condition, told.near) == 1:
        return True
    return told.share(condition, told.times) >= (0.5 if len(condition) != 1 else 1)


def _at_the_time(told: _Told, rule: Rule) -> bool:
    """Whether it is a time that a rule names, where it names any."""
    times = frozenset(chain.from_iterable(map(told.language.meanings, rule.condition)))
    times &= told.language.time_meanings
    return not times or not times.isdisjoint(told.meanings | told.times)


def _there_is(told: _Told, rule: Rule) -> bool:
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
    hits = sum(bool(language.meanings(word) & there) for word in (*rest, *rule.reason))
    return 2 * hits >= len(rest)


def _mentioned(words: Sequence[str], told: _Told, scenes: Sequence[_Told]) -> bool:
    """Whether one of the words is in a scene up to the paragraph of a sentence."""
    return any(
        each.share(words) > 0
        for each in scenes
        if each.scene == told.scene and each.paragraph <= told.paragraph + 1
    )


def _another_time(told: _Told, rule: Rule) -> bool:
    """Whether a sentence names a time of the same kind as, and none of, those of a rule."""
    language = told.language
    for name in ("weekdays", "months", "times_of_day", "tides"):
        kind = frozenset(chain.from_iterable(map(language.meanings, language.lists[name])))
        wanted = kind & frozenset(chain.from_iterable(map(language.meanings, rule.need)))
        there = kind & told.meanings
        if wanted and there and not there & wanted:
            return True
    return False
