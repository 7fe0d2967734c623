"""Relations: who is whose wife, brother, mother; and who has none."""

from collections.abc import Iterator

from domain.story.coherence.consistency.elsewhere import staged
from domain.story.coherence.consistency.material import Material, own
from domain.story.coherence.consistency.relations.called import Called
from domain.story.coherence.consistency.relations.kin_had import kin_counted, kin_there
from domain.story.coherence.consistency.relations.kin_said import said, sentences_said
from domain.story.coherence.consistency.relations.kinship import Kinship, close, composed_kin, paths
from domain.story.coherence.consistency.relations.ties import (
    KIND,
    RELATED,
    against,
    kin_of,
    relation,
    word_of,
)
from domain.story.coherence.consistency.relations.unowned import Unowned
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement, of_sentence
from domain.story.phrasings import Relation

_BACK = 2
"""Sentences back in which an owner may be named."""


def relations(material: Material) -> Iterator[Finding]:
    """Relations in the draft that what came before rules out."""
    yield from _unowned(material)
    for statement in (*material.draft.statements, *_chained(material), *said(material)):
        if not statement.plain or staged(material.draft.prose, statement.start, material):
            continue
        if statement.phrasing in RELATED:
            yield from _related(statement, material)
            if statement.phrasing != "wed":  # which may be the wedding itself
                yield from kin_there(statement, material)
        elif statement.phrasing in ("has_kin", "no_kin"):
            yield from kin_there(statement, material)
        elif statement.phrasing == "unrelated":
            yield from _unrelated(statement, material)
        elif statement.phrasing == "kin_count":
            yield from kin_counted(statement, material)


def _unowned(material: Material) -> Iterator[Finding]:
    """Relatives of whoever is near, and what they are called."""
    ties = [
        (prior, known)
        for prior in _all_related(material)
        if (known := relation(word_of(prior), material)) is not None
    ]
    kin = kin_of(ties, material)
    yield from Called(material, kin).findings()
    unowned = Unowned(material, kin)
    for sentence in material.draft.prose.sentences:
        yield from unowned.findings(sentence)
    for speaker, sentence in sentences_said(material):
        yield from unowned.findings(sentence, material.cast.chars.get(speaker or "", ""))


def _chained(material: Material) -> Iterator[Statement]:
    """What the narrator states by relatives' relatives: `Ida was her mother's sister`."""
    text, cast = material.draft.text, material.cast
    for sentence in material.draft.prose.sentences:
        restated = composed_kin(sentence, material.language)
        if restated is not sentence:
            yield from of_sentence(restated, text, cast, material.draft.number)


def _related(statement: Statement, material: Material) -> Iterator[Finding]:
    owner, other = _owner(statement, material), statement.object
    said = relation(word_of(statement), material)
    if said is None or owner == other or other.lower() in material.language.functional_words:
        return
    if prior := _of_another_gender(statement, said, owner, other, material):
        message = f"{other} is {own(owner)} {said.words[0]} in the draft, {word_of(prior)} before"
        yield against(statement, prior.quote, prior.chapter, message, material)
        return
    entity = material.cast.named(other)
    gendered = statement.phrasing == "related" and said.gender
    if entity and gendered and entity.gender not in ("", said.gender):
        return
    if said.realm == "liking" and _remarried(owner, material, "turned"):
        return
    for prior in _all_related(material):
        message = _against(prior, said, owner, other, material)
        if message:
            yield against(statement, prior.quote, prior.chapter, message, material)
            return
    for prior in material.before:
        if prior.phrasing == "unrelated" and {prior.subject, prior.object} == {owner, other}:
            message = f"{owner} and {other} are related in the draft, and were not before"
            yield against(statement, prior.quote, prior.chapter, message, material)
            return
    if said.realm == "kin" and not _remarried(owner, material):
        yield from _by_another(statement, said, owner, other, material)


def _of_another_gender(
    statement: Statement, said: Relation, owner: str, other: str, material: Material
) -> Statement | None:
    """What made a daughter of a son who is named here."""
    if not said.gender or not any(
        word in statement.quote for word in material.cast.own_words(other)
    ):
        return None
    for prior in _all_related(material):
        known = relation(word_of(prior), material)
        if known and (prior.subject, prior.object) == (owner, other) and known.kin == said.kin:
            return prior if known.gender not in ("", said.gender) else None
    return None


def _by_another(
    statement: Statement, said: Relation, owner: str, other: str, material: Material
) -> Iterator[Finding]:
    """A relation that those of a third with the two rule out."""
    sources = _all_related(material)
    known = [
        kinship
        for at, prior in enumerate(sources)
        if (each := relation(word_of(prior), material)) is not None and each.realm == "kin"
        for kinship in (
            Kinship(prior.subject, each.kin, prior.object, at),
            Kinship(prior.object, each.inverse, prior.subject, at),
        )
    ]
    direct = any((each.owner, each.other) == (owner, other) for each in known)
    ways = paths(known, owner, other)
    if direct or not ways or any(close(kin, said.kin) for kin, _, _ in ways):
        return
    if statement.speaker and any(kin == f"{said.kin}_in_law" for kin, _, _ in ways):
        return  # `you are my sister now`
    _, first, second = ways[0]
    yield material.finding(
        KIND,
        Severity.WARNING,
        f"{other} cannot be {own(owner)} {said.words[0]}, by whom {first.other} is to both",
        material.evidence(statement),
        *dict.fromkeys(material.evidence(sources[each.source]) for each in (first, second)),
    )


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
    known = relation(word_of(prior), material)
    if known is None:
        return ""
    same = (prior.subject, prior.object) == (owner, other)
    turned = (prior.object, prior.subject) == (owner, other)
    kin = known.kin if same else known.inverse
    if known.realm != said.realm:
        return ""
    if (same or turned) and not close(kin, said.kin):
        if said.realm == "work" and (kin == said.kin or kin != said.inverse):
            return ""
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
            yield against(statement, prior.quote, prior.chapter, message, material)
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
    kinds = (*RELATED, "only_kin")
    return [each for each in material.before if each.phrasing in kinds and each.plain]


def _died(who: str, material: Material) -> bool:
    """Whether somebody is said to have died."""
    return any(
        statement.phrasing == "dies" and who in (statement.subject, statement.object)
        for statement in (*material.before, *material.draft.statements)
    )


def _remarried(owner: str, material: Material, words: str = "remarried") -> bool:
    """Whether the story tells of another marriage, of parents by adoption and the like, in a
    sentence that is about the owner, or names nobody soon after."""
    char = material.cast.chars.get(owner, "")
    again = material.language.finder(words)
    return any(
        again.search(sentence.marked)
        and (
            char in sentence.marked
            or (
                not sentence.mentions
                and any(
                    char in each.marked for each in told.prose.sentences[max(0, at - _BACK) : at]
                )
            )
        )
        for told in (*material.earlier, material.draft)
        for at, sentence in enumerate(told.prose.sentences)
    )
