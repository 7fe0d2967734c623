"""Who has relatives, of which kind and how many: nobody has a sister who had none before."""

import re
from collections.abc import Iterator

from domain.story.coherence.consistency.material import Material
from domain.story.coherence.consistency.relations.ties import RELATED, against, relation, word_of
from domain.story.coherence.verdict import Finding
from domain.story.extraction.statements import Statement
from domain.story.phrasings import Gender


def kin_there(statement: Statement, material: Material) -> Iterator[Finding]:
    """A relative of somebody who has none of that kind."""
    none = statement.phrasing == "no_kin"
    if not none and (statement.past or _half(statement, material)):
        return
    if none and _bereaved(statement, material):
        return
    if not statement.sure and not material.names_no_other(statement.subject, statement.quote):
        return
    for who, kin, gender in _kin_of(statement, material):
        for prior in material.before:
            if not prior.plain or (prior.phrasing == "no_kin") is none or _half(prior, material):
                continue
            known = {each for each in _kin_of(prior, material) if each[:2] == (who, kin)}
            genders = {gender} if none else {each for _, _, each in known}
            had = {each for _, _, each in known} if none else {gender}
            if not known or prior.quote == statement.quote or not genders & {"", *had}:
                continue  # sons are no daughters
            if _wed(who, statement, prior, material):
                return
            if _bereaved(prior, material) and _of_the_dead(statement, material):
                continue
            yield against(
                statement,
                prior.quote,
                prior.chapter,
                f"{who} has no {kin} here, and had before"
                if none
                else f"{who} has a {word_of(statement) or 'relative'} here, and had none before",
                material,
            )
            return


def _half(statement: Statement, material: Material) -> bool:
    """Whether it is about half-brothers, those by marriage and the like."""
    return material.language.finder("half_kin").search(word_of(statement)) is not None


def _bereaved(statement: Statement, material: Material) -> bool:
    """Whether what a statement denies may have been so before: of widowers and orphans."""
    return material.language.finder("bereaved").search(word_of(statement)) is not None


def _of_the_dead(statement: Statement, material: Material) -> bool:
    """Whether a statement tells of earlier times, or of a death."""
    lists = ["perfect", "dead_values", "bereft", *(["bygone"] if statement.speaker else [])]
    return any(material.language.finder(name).search(statement.quote) for name in lists)


def _kin_of(statement: Statement, material: Material) -> frozenset[tuple[str, str, Gender]]:
    """Who has, or has not, kin of which kind and gender, by a statement."""
    if statement.phrasing in RELATED:
        known = relation(word_of(statement), material)
        owner, other = (material.cast.named(name) for name in (statement.subject, statement.object))
        if known is None or (known.gender and other and other.gender not in ("", known.gender)):
            return frozenset()  # `your father, Ida`
        return frozenset(
            (
                (statement.subject, known.kin, known.gender or (other.gender if other else "")),
                (statement.object, known.inverse, owner.gender if owner else ""),
            )
        )
    if statement.phrasing not in ("has_kin", "no_kin"):
        return frozenset()
    return frozenset((statement.subject, *kind) for kind in _kinds_of_kin(statement, material))


def _kinds_of_kin(statement: Statement, material: Material) -> frozenset[tuple[str, Gender]]:
    """The kinds of kin that a statement is about, and of which gender."""
    word = statement.groups.get("word", "").lower()
    known = relation(word, material)
    if known is not None and not _bereaved(statement, material):
        return frozenset(((known.kin, known.gender),))
    if statement.phrasing != "no_kin":
        wed = material.language.finder("marry").search(word) is not None
        return frozenset((("spouse", ""),)) if wed else frozenset()
    if material.language.finder("kinless").search(word):
        return frozenset((kin, "") for kin in ("sibling", "parent", "child", "spouse"))
    for kin in ("sibling", "parent", "child"):
        if material.language.finder(f"{kin}less").search(word):
            return frozenset(((kin, ""),))
    return frozenset((("spouse", ""),))


def kin_counted(statement: Statement, material: Material) -> Iterator[Finding]:
    """Another number of brothers or sisters, sons or daughters."""
    which = statement.groups["detail"].lower()
    said, number = relation(which, material), int(statement.value or 1)
    for prior in material.prior("kin_count", statement.subject):
        known, before = relation(prior.groups["detail"], material), int(prior.value or 1)
        if not prior.plain or said is None or known is None or said.kin != known.kin:
            continue
        same = said.gender == known.gender and number != before
        more = not known.gender and number > before
        if same or more or (not said.gender and number < before):
            message = f"{statement.subject} has {number} {which} in the draft, and {before} before"
            yield against(statement, prior.quote, prior.chapter, message, material)
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
