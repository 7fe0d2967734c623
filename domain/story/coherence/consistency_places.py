"""Place and travel: nobody is in two places at once, or there sooner than the way takes."""

from collections.abc import Iterator

from domain.story.coherence.material import Material
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement

KIND = "place_and_travel"
_MINUTES = {"minute": 1, "hour": 60, "day": 1440, "night": 1440, "week": 10_080, "month": 43_200}
_MUCH_SHORTER = 0.5


def place_and_travel(material: Material) -> Iterator[Finding]:
    """Where somebody is in the draft, against where they were and how far that is."""
    yield from _journeys(material)
    yield from _elsewhere(material)


def minutes(statement: Statement, material: Material) -> int:
    """How long a way takes; 0 where that is not said."""
    language = material.language
    number = language.read_number(statement.groups.get("number", ""))
    unit = statement.groups.get("unit", "").lower().rstrip("s")
    return (number or 0) * _MINUTES.get(language.unit_names.get(unit, unit), 0)


def _journeys(material: Material) -> Iterator[Finding]:
    known = [
        each for each in material.before if each.phrasing == "journey" and minutes(each, material)
    ]
    for statement in material.draft.statements:
        if statement.phrasing not in ("went_in", "journey") or not statement.plain:
            continue
        took = minutes(statement, material)
        for prior in known:
            if not took or not _same_way(statement, prior):
                continue
            if took <= _MUCH_SHORTER * minutes(prior, material) or (
                statement.phrasing == "journey" and took >= minutes(prior, material) * 2
            ):
                yield material.finding(
                    KIND,
                    Severity.WARNING,
                    "The way takes another time here than before",
                    material.evidence(statement),
                    material.evidence(prior),
                )
                return


def _same_way(one: Statement, other: Statement) -> bool:
    ends = [{each.groups.get("e", ""), each.groups.get("f", "")} - {""} for each in (one, other)]
    return bool(ends[0]) and (ends[0] <= ends[1] or ends[1] <= ends[0])


def _elsewhere(material: Material) -> Iterator[Finding]:
    """Who was somewhere by the last chapter's last word, and is elsewhere with no way between."""
    if not material.earlier:
        return
    last = material.earlier[-1].number
    where: dict[str, Statement] = {}
    for statement in material.before:
        if statement.phrasing in ("located", "travels") and statement.plain and not statement.past:
            where[statement.subject] = statement
    homeward = material.language.finder("homeward")
    meanwhile = material.language.finder("meanwhile")
    for statement in material.draft.statements:
        if statement.phrasing == "travels":
            where.pop(statement.subject, None)
        if statement.phrasing != "located" or not statement.plain or statement.past:
            continue
        prior = where.pop(statement.subject, None)
        if prior is None or prior.chapter != last or prior.object == statement.object:
            continue
        before = material.draft.text[: statement.start + len(statement.quote)]
        if homeward.search(before) or not meanwhile.search(statement.quote) or not prior.sure:
            continue
        yield material.finding(
            KIND,
            Severity.WARNING,
            f"{statement.subject} was in {prior.object}, and is in {statement.object} here, with "
            "no way between",
            material.evidence(statement),
            material.evidence(prior),
        )
