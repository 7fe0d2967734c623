"""What somebody or something is like: eyes, hair, hands, marks, calling, make."""

import re
from collections.abc import Iterator

from domain.story.coherence.material import Material, own
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement
from domain.story.facts import PREDICATES

KIND = "attribute"


def attributes(material: Material) -> Iterator[Finding]:
    """A value in the draft that no earlier value allows, and nothing explains."""
    for statement in material.draft.statements:
        phrasing = material.language.phrasings[statement.phrasing]
        predicate = PREDICATES.get(phrasing.predicate or statement.phrasing)
        if not phrasing.values or predicate is None or not predicate.functional:
            continue
        if (prior := _against(statement, material)) is None:
            continue
        yield material.finding(
            KIND,
            Severity.BLOCKING,
            f"{own(statement.subject)} {predicate.name}: {prior.value} before, "
            f"{statement.value} in the draft",
            material.evidence(statement),
            material.evidence(prior),
        )


def _against(statement: Statement, material: Material) -> Statement | None:
    """The statement that this one contradicts, if it does and nothing explains it."""
    if not statement.plain or statement.past or statement.changed or not statement.value:
        return None
    prior = [
        each
        for each in material.prior(statement.phrasing, statement.subject)
        if each.plain and each.value
    ]
    if not prior or any(each.likes & statement.likes for each in prior):
        return None
    if any(each.changed for each in prior) or _explained(statement, material):
        return None
    return prior[0]


def _explained(statement: Statement, material: Material) -> bool:
    language = material.language
    changes = language.phrasings[statement.phrasing].changes
    if not changes:
        return False
    cues = "|".join(map(re.escape, sorted(language.cues[statement.phrasing])))
    return material.explained(
        statement.subject,
        re.compile(rf"\b(?:{cues})\b", re.IGNORECASE),
        re.compile(rf"\b(?:{'|'.join(changes)})\b", re.IGNORECASE),
    )
