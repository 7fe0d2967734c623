"""Life and death: the dead do nothing, and die once."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from domain.story.coherence.consistency.elsewhere import not_here, staged
from domain.story.coherence.consistency.life.alive import dead_or_alive
from domain.story.coherence.consistency.life.deaths import deaths, dying
from domain.story.coherence.consistency.life.deeds import (
    ALIVE,
    DEATHS,
    aside,
    deed,
    lives,
    named_near,
    who,
)
from domain.story.coherence.consistency.life.manner import manner_of_death
from domain.story.coherence.consistency.life.unnamed import with_unnamed
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.consistency.relations.kinsfolk import Kinsfolk
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement, of_sentence
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import every_sentence, spoken

KIND = "life_and_death"
_REACH = 160
"""Characters between a name and what is told of it."""
_DEEDS = {"deeds": ("irrealis", "perfect", "negation"), "no_answer": ("irrealis", "perfect")}
"""Lists of patterns, and the lists of what makes them doubtful."""
_WANTED = ("happening", "yet_to_meet", "seen_lately", "seen_before")
_NOT_NOW = ("unreal", "retold", "kept_words", "habit")
_SAID = ("present", "with_alive")
"""What a speaker tells of now, not of earlier times."""


def life_and_death(material: Material) -> Iterator[Finding]:
    """Whoever is dead by what came before, and acts or speaks in the draft."""
    risen = _risen(material)
    if risen is None:
        return
    material, kinsfolk = with_unnamed(material)
    dead = {name: each for name, each in deaths(material, kinsfolk).items() if name not in risen}
    told_here = dying(material)
    yield from manner_of_death(dead, kinsfolk, material)
    yield from dead_or_alive(dead, material)
    yield from _now(dead, told_here, kinsfolk, material)
    reported: set[str] = set()
    habits = material.language.finder("habitual")
    said = (
        each
        for each in material.credible
        if each.phrasing in _SAID and not habits.search(each.quote)
    )
    of_kin = _of_kin(kinsfolk, material)
    deeds = _deeds(kinsfolk, material)
    draft = material.draft
    stated = (each for each in draft.statements if named_near(each, draft, material))
    for statement in (*stated, *said, *of_kin, *deeds):
        name = who(statement)
        played = staged(draft.prose, statement.start, material)
        if statement.phrasing in DEATHS and statement.plain and not played and name not in risen:
            dead.setdefault(name, statement)
        if not lives(statement, material):
            continue
        death = dead.get(name)
        if death is None or name in reported or aside(material.draft, statement, material):
            continue
        if death.chapter == statement.chapter and statement.start < death.start:
            continue
        if death.quote == statement.quote or _returned(name, death, material):
            continue
        if _otherwise_titled(name, death, statement, material):
            continue
        if not death.chapter and name in told_here:  # the bible tells of what happens here
            continue
        if not death.chapter and _lies_dead(statement, material):
            continue
        reported.add(name)
        certain = (
            material.certain(statement)
            and statement.phrasing == "acts"
            and death.sure
            and material.names_no_other(name, death.quote)
            and death.chapter != material.draft.number
            and (death.chapter or material.earlier or material.draft.number > 1)
            and not death.speaker
        )
        yield material.finding(
            KIND,
            Severity.BLOCKING if certain else Severity.WARNING,
            f"{name} is dead by what came before, and acts in the draft",
            material.evidence(statement),
            material.evidence(death),
        )


def _lies_dead(statement: Statement, material: Material) -> bool:
    """Whether a statement is only of how somebody sits or lies, or goes on from there, in a
    chapter that tells of a death: so the dead are found."""
    find, sentences = material.language.finder, material.draft.prose.sentences
    here = next((each.paragraph for each in sentences if each.span.start == statement.start), None)
    found = any(
        find("posture").search(each.marked)
        for each in sentences
        if each.paragraph == here and each.span.start <= statement.start
    )
    return found and any(
        find("dead_words").search(each.marked) for each in every_sentence(material.draft.prose)
    )


def _risen(material: Material) -> frozenset[str] | None:
    """Who comes back by what the bible lays down; None where anybody may."""
    find, bible = material.language.finder, material.case.bible
    found: set[str] = set()
    for text in (*(rule.text for rule in bible.rules), *(fact.text for fact in bible.facts)):
        if find("revival").search(text) is None:
            continue
        named = {
            entity.name
            for entity in material.cast.entities
            if entity.kind == "person"
            and any(word in text for word in material.cast.own_words(entity.name))
        }
        if not named and not find("negation").search(text):
            return None
        found |= named
    return frozenset(found)


def _returned(subject: str, death: Statement, material: Material) -> bool:
    """Whether the story tells after a death, near the name, how the dead came back or who else
    has it. What the narrator tells is so of whom its paragraph names."""
    names = material.cast.own_words(subject)
    revival = material.language.finder("revival")
    for told in (*material.earlier, material.draft):
        if told.number < death.chapter:
            continue
        since = death.start if told.number == death.chapter else 0
        for match in revival.finditer(told.text, since):
            start, end = max(0, match.start() - _REACH), match.end() + _REACH
            if told.prose.narrated[match.start()] == told.text[match.start()]:
                start = max(start, told.text.rfind("\n\n", 0, match.start()))
                stop = told.text.find("\n\n", match.end())
                end = min(end, stop) if stop >= 0 else end
            if any(name in told.text[start:end] for name in names):
                return True
    return False


def _otherwise_titled(
    name: str, death: Statement, statement: Statement, material: Material
) -> bool:
    """Whether two statements call who is meant by titles that nobody bears both: `the late Mr.
    Sparsit` is not `Mrs. Sparsit`."""
    titles = material.language.titles
    words = "|".join(map(re.escape, material.cast.own_words(name)))
    titled = re.compile(rf"\b({'|'.join(titles)})\.?\s+(?:{words})\b", re.IGNORECASE)
    one, other = (
        {match.group(1).lower() for match in titled.finditer(each.quote)}
        for each in (death, statement)
    )
    feminine = any(titles[title] == "f" for title in one | other)
    return bool(one) and bool(other) and one.isdisjoint(other) and feminine


def _of_kin(kinsfolk: Kinsfolk, material: Material) -> Iterator[Statement]:
    """What the narrator states of relatives who are not named: `her father came in`."""
    prose = material.draft.prose
    for sentence in prose.sentences:
        changed = kinsfolk.restated(sentence)
        if changed is not None:
            for statement in of_sentence(changed, prose.text, material.cast, material.draft.number):
                if statement.phrasing in ALIVE:
                    yield replace(statement, sure=False)


def _deeds(kinsfolk: Kinsfolk, material: Material) -> Iterator[Statement]:
    """What somebody who is named does, however the narrator puts it: turned round, after an
    apposition, with a hand or a voice, or by not answering."""
    draft, find = material.draft, material.language.finder
    for plain in draft.prose.sentences:
        sentence = kinsfolk.restated(plain) or plain
        if any(find(name).search(sentence.marked) for name in ("unreal", "flashback", "at_rest")):
            continue
        for name, doubtful in _DEEDS.items():
            for pattern in material.language.patterns(name):
                for match in pattern.finditer(sentence.marked):
                    char = match.groupdict().get("o") or match.groupdict().get("s") or ""
                    said = sentence.marked[: match.end()]
                    meant = [each for each in sentence.mentions if each.char == char]
                    if all(each.pronoun for each in meant) and meant:
                        continue
                    if any(find(each).search(said) for each in doubtful):
                        continue
                    yield deed(material.cast.by_char[char].name, sentence, draft)


def _now(
    dead: Mapping[str, Statement],
    told_here: Collection[str],
    kinsfolk: Kinsfolk,
    material: Material,
) -> Iterator[Finding]:
    """What somebody does at this time, by the words, or is still to be met for, and is dead."""
    language, draft = material.language, material.draft
    lies = language.finder("lies")
    told = [("", kinsfolk.restated(each) or each) for each in draft.prose.sentences]
    for speaker, sentence in spoken(draft.prose):
        char = material.cast.chars.get(speaker or "", "")
        told.append((speaker or "?", kinsfolk.restated(sentence, char) or sentence))
    for speaker, sentence in told:
        start, end = sentence.span
        if any(language.finder(name).search(sentence.marked) for name in _NOT_NOW):
            continue
        if speaker and lies.search(draft.text[max(0, start - 300) : end + 300]):
            continue
        for name in _WANTED if speaker else (*_WANTED, "did_today"):
            for person in _meant(name, sentence, material):
                death = dead.get(person)
                if death is None or death.chapter == draft.number:
                    continue
                if name == "seen_before" and death.chapter == draft.number - 1:
                    continue
                if not speaker and not_here(draft.prose, start, material, of=person):
                    continue
                if (not death.chapter and person in told_here) or _returned(
                    person, death, material
                ):
                    continue
                yield material.finding(
                    KIND,
                    Severity.WARNING,
                    f"{person} is dead by what came before, and alive in the draft",
                    material.quoted(draft.number, draft.text[start:end][:QUOTE]),
                    material.evidence(death),
                )
                return


def _meant(name: str, sentence: Sentence, material: Material) -> Iterator[str]:
    """Whom a list's patterns find in a sentence, where they neither deny nor imagine it."""
    language = material.language
    for pattern in language.patterns(name):
        for match in pattern.finditer(sentence.marked):
            if language.finder("negation").search(match.group()):
                continue
            if name == "happening" and language.finder("irrealis").search(match.group()):
                continue
            char = match.groupdict().get("o") or match.groupdict().get("s") or ""
            meant = [each for each in sentence.mentions if each.char == char]
            by_pronoun = meant and all(each.pronoun for each in meant)
            if char and not by_pronoun and not any(each.likely for each in meant):
                yield material.cast.by_char[char].name
