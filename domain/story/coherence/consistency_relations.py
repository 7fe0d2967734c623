"""Relations: who is whose wife, brother, mother; and who has none."""

import re
from collections.abc import Iterator
from dataclasses import replace

from domain.story.coherence.material import Material, own
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.statements import UNKNOWN, Statement, of_sentence
from domain.story.language import Relation
from domain.story.text import marks
from domain.story.text.mentions import Marker
from domain.story.text.sentences import sentences
from domain.story.text.speakers import uttered

KIND = "relation"
_RELATED = ("related", "pair", "wed")
_LIES = 300
_BACK = 2
"""Sentences back in which an owner may be named."""
_CLOSE = (("betrothed", "spouse"), ("step_parent", "parent"), ("step_child", "child"))


def relations(material: Material) -> Iterator[Finding]:
    """Relations in the draft that what came before rules out."""
    for statement in (*material.draft.statements, *_said(material)):
        if not statement.plain:
            continue
        if statement.phrasing in _RELATED:
            yield from _related(statement, material)
            if statement.phrasing != "wed":  # which may be the wedding itself
                yield from _kin(statement, material)
        elif statement.phrasing in ("has_kin", "no_kin"):
            yield from _kin(statement, material)
        elif statement.phrasing == "unrelated":
            yield from _unrelated(statement, material)
        elif statement.phrasing == "kin_count":
            yield from _count(statement, material)


def _said(material: Material) -> Iterator[Statement]:
    """What the draft's speakers state, also of somebody they have just named: `Ida comes at
    noon, with her husband`."""
    yield from material.credible
    known = {(each.phrasing, each.subject, each.start) for each in material.credible}
    prose, cast = material.draft.prose, material.cast
    lies = material.language.finder("lies")
    abbreviations = frozenset(material.language.abbreviations)
    text = marks.blank(prose.text)
    turn, marker = -1, Marker(cast, text)
    for speaker, quotation in uttered(prose):
        if quotation.paragraph != turn:
            turn, marker = (
                quotation.paragraph,
                Marker(cast, text, i=cast.chars.get(speaker or "", "")),
            )
        for span in sentences(text, quotation.span, abbreviations):
            sentence = marker.sentence(span, quotation.paragraph, 0)
            if not any(mention.pronoun for mention in sentence.mentions):
                continue
            if lies.search(text[max(0, span.start - _LIES) : span.end + _LIES]):
                continue
            for statement in of_sentence(sentence, prose.text, cast, material.draft.number):
                if (statement.phrasing, statement.subject, statement.start) not in known:
                    yield replace(statement, speaker=speaker or UNKNOWN)


def relation(word: str, material: Material) -> Relation | None:
    """The relation that a word names."""
    name = material.language.relation_words.get(word.lower())
    return material.language.relations[name] if name else None


def _word(statement: Statement) -> str:
    """The word for the relation that a statement is about."""
    return statement.groups.get("word", "") or statement.value


def _related(statement: Statement, material: Material) -> Iterator[Finding]:
    owner, other = _owner(statement, material), statement.object
    said = relation(_word(statement), material)
    if said is None or owner == other or other.lower() in material.language.functional_words:
        return
    for prior in _all_related(material):
        message = _against(prior, said, owner, other, material)
        if message:
            yield _finding(statement, prior.quote, prior.chapter, message, material)
            return
    for prior in material.before:
        if prior.phrasing == "unrelated" and {prior.subject, prior.object} == {owner, other}:
            message = f"{owner} and {other} are related in the draft, and were not before"
            yield _finding(statement, prior.quote, prior.chapter, message, material)
            return


def _owner(statement: Statement, material: Material) -> str:
    """Whose relative it is: nobody is their own, so that `his brother` after the brother's name
    is the only other one's who has just been named."""
    owner, other = statement.subject, statement.object
    if owner != other or statement.speaker:
        return owner
    told = material.draft.prose.sentences
    here = [each for each in told if each.span.start <= statement.start][-1 - _BACK :]
    char = material.cast.chars.get(other, "")
    words = {
        material.draft.text[mention.start : mention.end].lower()
        for mention in here[-1].mentions
        if mention.char == char and mention.pronoun and mention.owner
    }
    pronouns = [
        material.language.pronoun_table[word]
        for word in words
        if word in material.language.pronoun_table
    ]
    people = [
        material.cast.by_char[mention.char]
        for sentence in here[:-1]
        for mention in sentence.mentions
        if sentence.scene == statement.scene and mention.char != char
    ]
    fitting = {
        entity.name
        for entity in people
        if entity.kind == "person"
        and all(not each.gender or entity.gender in (each.gender, "") for each in pronouns)
    }
    return fitting.pop() if len(fitting) == 1 else owner


def _against(prior: Statement, said: Relation, owner: str, other: str, material: Material) -> str:
    """What a finding says of a relation that rules out that `other` is one of the owner's; empty
    where it does not."""
    known = relation(_word(prior), material)
    if known is None:
        return ""
    same = (prior.subject, prior.object) == (owner, other)
    turned = (prior.object, prior.subject) == (owner, other)
    kin = known.kin if same else known.inverse
    if (same or turned) and not _close(kin, said.kin):
        return (
            f"{other} is {own(owner)} {said.words[0]} in the draft; before, "
            f"{prior.object} was {own(prior.subject)} {known.words[0]}"
        )
    alike = known.kin == said.kin and (
        known.gender == said.gender or not known.gender or not said.gender
    )
    theirs = prior.object if prior.subject == owner else ""
    if said.kin == known.inverse == "spouse" and prior.object == owner:
        theirs, alike = prior.subject, True
    single = said.single or prior.phrasing == "only_kin"
    if not theirs or not alike or not single or _same_person(theirs, other, material):
        return ""
    if _remarried(owner, material) or _died(theirs, material):
        return ""
    return f"{own(owner)} {said.words[0]}: {theirs} before, {other} in the draft"


def _unrelated(statement: Statement, material: Material) -> Iterator[Finding]:
    """Two who are no kin in the draft, and were before."""
    for prior in _all_related(material):
        if {prior.subject, prior.object} == {statement.subject, statement.object}:
            message = (
                f"{statement.subject} and {statement.object} are not related in the draft, "
                "and were before"
            )
            yield _finding(statement, prior.quote, prior.chapter, message, material)
            return


def _same_person(one: str, other: str, material: Material) -> bool:
    """Whether two names are, or may be, one person's."""
    entity, known = material.cast.named(other), material.cast.named(one)
    if entity is not None and known is not None:
        return entity == known
    words = set(one.split())
    for each in material.cast.entities:
        if one in each.names:
            words |= {word for name in each.names for word in name.split()}
    return (entity.name if entity else other) == one or bool(words & set(other.split()))


def _all_related(material: Material) -> list[Statement]:
    kinds = (*_RELATED, "only_kin")
    return [each for each in material.before if each.phrasing in kinds and each.plain]


def _close(kin: str, other: str) -> bool:
    return kin == other or (kin, other) in _CLOSE or (other, kin) in _CLOSE


def _kin(statement: Statement, material: Material) -> Iterator[Finding]:
    """A relative of somebody who has none of that kind."""
    none = statement.phrasing == "no_kin"
    if not none and (statement.past or _half(statement, material)):
        return
    if none and _bereaved(statement, material):
        return
    for who, kin in _kin_of(statement, material):
        for prior in material.before:
            if not prior.plain or (prior.phrasing == "no_kin") is none or _half(prior, material):
                continue
            if (who, kin) not in _kin_of(prior, material) or prior.quote == statement.quote:
                continue
            if _wed(who, statement, prior, material):
                return
            if _bereaved(prior, material) and _of_the_dead(statement, material):
                continue
            yield _finding(
                statement,
                prior.quote,
                prior.chapter,
                f"{who} has none here, and had before"
                if none
                else f"{who} has a {_word(statement) or 'relative'} here, and had none before",
                material,
            )
            return


def _half(statement: Statement, material: Material) -> bool:
    """Whether it is about half-brothers, those by marriage and the like."""
    return material.language.finder("half_kin").search(_word(statement)) is not None


def _bereaved(statement: Statement, material: Material) -> bool:
    """Whether what a statement denies may have been so before: of widowers and orphans."""
    return material.language.finder("bereaved").search(_word(statement)) is not None


def _of_the_dead(statement: Statement, material: Material) -> bool:
    """Whether a statement tells of earlier times, or of a death."""
    return any(
        material.language.finder(name).search(statement.quote)
        for name in ("perfect", "dead_values", "bereft")
    )


def _kin_of(statement: Statement, material: Material) -> frozenset[tuple[str, str]]:
    """Who has, or has not, kin of which kind, by a statement."""
    if statement.phrasing in _RELATED:
        known = relation(_word(statement), material)
        if known is None:
            return frozenset()
        return frozenset(((statement.subject, known.kin), (statement.object, known.inverse)))
    if statement.phrasing not in ("has_kin", "no_kin"):
        return frozenset()
    return frozenset((statement.subject, kin) for kin in kinds_of_kin(statement, material))


def kinds_of_kin(statement: Statement, material: Material) -> frozenset[str]:
    """The kinds of kin that a statement is about."""
    word = statement.groups.get("word", "").lower()
    if (known := relation(word, material)) is not None:
        return frozenset((known.kin,))
    if statement.phrasing != "no_kin":
        wed = material.language.finder("marry").search(word) is not None
        return frozenset(("spouse",)) if wed else frozenset()
    if material.language.finder("kinless").search(word):
        return frozenset(("sibling", "parent", "child", "spouse"))
    for kin in ("sibling", "parent", "child"):
        if material.language.finder(f"{kin}less").search(word):
            return frozenset((kin,))
    return frozenset(("spouse",))


def _count(statement: Statement, material: Material) -> Iterator[Finding]:
    """Another number of brothers or sisters."""
    which = statement.groups["detail"].lower()
    for prior in material.prior("kin_count", statement.subject):
        same = prior.plain and prior.groups["detail"].lower() == which
        if same and prior.value != statement.value:
            message = (
                f"{statement.subject} has {statement.value} {which} in the draft, "
                f"and {prior.value} before"
            )
            yield _finding(statement, prior.quote, prior.chapter, message, material)
            return


def _wed(who: str, statement: Statement, prior: Statement, material: Material) -> bool:
    """Whether somebody has married, or had a child, since."""
    changes = "|".join(material.language.phrasings["no_kin"].changes)
    pattern = re.compile(rf"\b(?:{changes})\b", re.IGNORECASE)
    char = material.cast.chars.get(who, "")
    never = material.language.finder("negation")
    return any(
        char in sentence.marked
        and pattern.search(sentence.marked)
        and not never.search(sentence.marked)
        and sentence.span.of(told.text) not in (prior.quote, statement.quote)
        for told in (*material.earlier, material.draft)
        for sentence in told.prose.sentences
    )


def _died(who: str, material: Material) -> bool:
    """Whether somebody is said to have died."""
    return any(
        statement.phrasing == "dies" and who in (statement.subject, statement.object)
        for statement in (*material.before, *material.draft.statements)
    )


def _remarried(owner: str, material: Material) -> bool:
    """Whether the story tells of another marriage, of parents by adoption and the like, in a
    sentence that is about the owner or names nobody."""
    char = material.cast.chars.get(owner, "")
    again = material.language.finder("remarried")
    return any(
        again.search(sentence.marked) and (char in sentence.marked or not sentence.mentions)
        for told in (*material.earlier, material.draft)
        for sentence in told.prose.sentences
    )


def _finding(
    statement: Statement, quote: str, chapter: int, message: str, material: Material
) -> Finding:
    earlier: Evidence = material.quoted(chapter, quote)
    return material.finding(
        KIND,
        Severity.BLOCKING if material.certain(statement) else Severity.WARNING,
        message,
        material.evidence(statement),
        earlier,
    )
