"""Life and death: the dead do nothing, and die once."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from domain.story.coherence.consistency_manner import manner_of_death
from domain.story.coherence.kinsfolk import Kinsfolk
from domain.story.coherence.material import Material
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement, of_sentence
from domain.story.extraction.told import Told
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import spoken

KIND = "life_and_death"
_BACK = 3
"""Sentences back in which a dream, a memory or a letter may have begun."""
_DEATHS = ("dies", "not_survived")
_ALIVE = ("acts", "met", "present", "with_alive")
_QUOTE = 400
_REACH = 160
"""Characters between a name and what is told of it."""
_DEEDS = {"deeds": ("irrealis", "perfect", "negation"), "no_answer": ("irrealis", "perfect")}
"""Lists of patterns, and the lists of what makes them doubtful."""
_WANTED = ("happening", "yet_to_meet")
_NOT_NOW = ("unreal", "retold", "kept_words", "habit")
_SAID = ("present", "with_alive")
"""What a speaker tells of now, not of earlier times."""


def life_and_death(material: Material) -> Iterator[Finding]:
    """Whoever is dead by what came before, and acts or speaks in the draft."""
    revival = material.language.finder("revival")
    bible = material.case.bible
    laid_down = [*(rule.text for rule in bible.rules), *(fact.text for fact in bible.facts)]
    if any(revival.search(text) for text in laid_down):
        return
    dead = _dead(material)
    kinsfolk = Kinsfolk(material)
    yield from manner_of_death(dead, kinsfolk, material)
    yield from _now(dead, kinsfolk, material)
    reported: set[str] = set()
    dying = {_who(each) for each in material.draft.statements if each.phrasing in _DEATHS}
    said = (each for each in material.credible if each.phrasing in _SAID)
    of_kin = _of_kin(kinsfolk, material)
    deeds = _deeds(kinsfolk, material)
    for statement in (*material.draft.statements, *said, *of_kin, *deeds):
        if statement.phrasing in _DEATHS and statement.plain:
            dead.setdefault(_who(statement), statement)
        if not _lives(statement, material):
            continue
        who = _who(statement)
        death = dead.get(who)
        if death is None or who in reported or _aside(material.draft, statement, material):
            continue
        if death.quote == statement.quote or _returned(who, material):
            continue
        if not death.chapter and who in dying:  # the bible tells of what happens here
            continue
        reported.add(who)
        certain = (
            statement.sure
            and statement.phrasing == "acts"
            and death.sure
            and death.chapter != material.draft.number
            and (death.chapter or material.earlier or material.draft.number > 1)
            and not statement.speaker
            and not death.speaker
        )
        yield material.finding(
            KIND,
            Severity.BLOCKING if certain else Severity.WARNING,
            f"{who} is dead by what came before, and acts in the draft",
            material.evidence(statement),
            material.evidence(death),
        )


def _who(statement: Statement) -> str:
    """Whose life or death a statement is about."""
    about = statement.phrasing in (*_DEATHS, "met", "with_alive")
    return (statement.object if about and "o" in statement.groups else "") or statement.subject


def _lives(statement: Statement, material: Material) -> bool:
    """Whether somebody does what only the living do, now."""
    if statement.phrasing not in _ALIVE or not statement.plain or statement.past:
        return False
    return material.language.finder("posthumous").search(statement.quote) is None


def _dead(material: Material) -> dict[str, Statement]:
    """Who has died before the draft, and did nothing in the chapters after that."""
    found: dict[str, Statement] = {}
    for statement in _told(material):
        who = _who(statement)
        if statement.phrasing in _DEATHS and statement.plain:
            found.setdefault(who, statement)
        elif _lives(statement, material):
            death = found.get(who)
            if death is not None and death.chapter and death.quote != statement.quote:
                del found[who]
    return found


def _told(material: Material) -> Iterator[Statement]:
    """What came before the draft; of dialogue, which deaths somebody tells of."""
    yield from material.canon
    lies = material.language.finder("lies")
    for told in material.earlier:
        deaths = [
            claim
            for claim in told.claims
            if claim.phrasing == "dies"
            and not lies.search(told.text[max(0, claim.start - 300) : claim.start + 400])
        ]
        of_them = _pronoun_deaths(told, material)
        yield from sorted((*told.statements, *deaths, *of_them), key=lambda each: each.start)


def _returned(subject: str, material: Material) -> bool:
    """Whether the story tells, near the name, how the dead came back or who else has it. What
    the narrator tells is so of whom its paragraph names."""
    names = material.cast.own_words(subject)
    revival = material.language.finder("revival")
    for told in (*material.earlier, material.draft):
        for match in revival.finditer(told.text):
            start, end = max(0, match.start() - _REACH), match.end() + _REACH
            if told.prose.narrated[match.start()] == told.text[match.start()]:
                start = max(start, told.text.rfind("\n\n", 0, match.start()))
                stop = told.text.find("\n\n", match.end())
                end = min(end, stop) if stop >= 0 else end
            if any(name in told.text[start:end] for name in names):
                return True
    return False


def _aside(told: Told, statement: Statement, material: Material) -> bool:
    """Whether a dream, a memory or an older time has begun shortly before, in that scene."""
    language = material.language
    before = [
        sentence
        for sentence in told.prose.sentences
        if sentence.span.start <= statement.start and sentence.scene == statement.scene
    ][-_BACK:]
    dreamt, told_of = language.finder("retold"), language.finder("kept_words")
    return any(dreamt.search(sentence.marked) for sentence in before) or any(
        told_of.search(sentence.marked) for sentence in before[-2:]
    )


def _of_kin(kinsfolk: Kinsfolk, material: Material) -> Iterator[Statement]:
    """What the narrator states of relatives who are not named: `her father came in`."""
    prose = material.draft.prose
    for sentence in prose.sentences:
        changed = kinsfolk.restated(sentence)
        if changed is not None:
            for statement in of_sentence(changed, prose.text, material.cast, material.draft.number):
                if statement.phrasing in _ALIVE:
                    yield replace(statement, sure=False)


def _deeds(kinsfolk: Kinsfolk, material: Material) -> Iterator[Statement]:
    """What somebody who is named does, however the narrator puts it: turned round, after an
    apposition, with a hand or a voice, or by not answering."""
    draft, find = material.draft, material.language.finder
    for plain in draft.prose.sentences:
        sentence = kinsfolk.restated(plain) or plain
        if any(find(name).search(sentence.marked) for name in ("unreal", "flashback")):
            continue
        for name, doubtful in _DEEDS.items():
            for pattern in material.language.patterns(name):
                for match in pattern.finditer(sentence.marked):
                    char = match.groupdict().get("s") or match.groupdict().get("o") or ""
                    said = sentence.marked[: match.end()]
                    meant = [each for each in sentence.mentions if each.char == char]
                    if all(each.pronoun for each in meant) and meant:
                        continue
                    if any(find(each).search(said) for each in doubtful):
                        continue
                    yield _deed(material.cast.by_char[char].name, sentence, draft)


def _deed(who: str, sentence: Sentence, told: Told, phrasing: str = "acts") -> Statement:
    return Statement(
        phrasing=phrasing,
        subject=who,
        value="",
        likes=frozenset(),
        object="",
        quote=sentence.span.of(told.text)[:_QUOTE],
        start=sentence.span.start,
        chapter=told.number,
        scene=sentence.scene,
        sure=False,
    )


def _now(
    dead: Mapping[str, Statement], kinsfolk: Kinsfolk, material: Material
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
            for who in _meant(name, sentence, material):
                death = dead.get(who)
                if death is None or _returned(who, material):
                    continue
                if not material.earlier or death.chapter == draft.number:
                    continue
                yield material.finding(
                    KIND,
                    Severity.WARNING,
                    f"{who} is dead by what came before, and alive in the draft",
                    material.quoted(draft.number, draft.text[start:end][:_QUOTE]),
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
            char = match.groupdict().get("s") or match.groupdict().get("o") or ""
            likely = any(each.char == char and each.likely for each in sentence.mentions)
            if char and not likely:
                yield material.cast.by_char[char].name


def _pronoun_deaths(told: Told, material: Material) -> Iterator[Statement]:
    """`He died before the watch changed`: whoever the paragraph began with, where `he` fits."""
    language, cast = material.language, material.cast
    for at, sentence in enumerate(told.prose.sentences):
        match = language.finder("he_died").match(sentence.marked.lstrip(" \n\t"))
        if match is None:
            continue
        paragraph = [
            each for each in told.prose.sentences[:at] if each.paragraph == sentence.paragraph
        ]
        opening = paragraph[0].mentions[:1] if paragraph else ()
        for mention in opening:
            entity = cast.by_char[mention.char]
            pronoun = language.pronoun_table.get(match.group().split()[0].lower())
            if entity.kind != "person" or mention.owner or mention.pronoun or pronoun is None:
                continue
            if entity.gender and pronoun.gender and entity.gender != pronoun.gender:
                continue
            yield _deed(entity.name, sentence, told, "dies")
