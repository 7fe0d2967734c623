"""What somebody is like, can and does: eyes, hair, hands, marks, make, calling, abilities."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import partial

from domain.story.coherence.consistency.life.deeds import alike
from domain.story.coherence.consistency.material import Material, own
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement
from domain.story.extraction.told import Told
from domain.story.facts import PREDICATES
from domain.story.language import Language
from domain.story.phrasings import Phrasing

KIND = "attribute"
_WEAK = frozenset(
    {"profession", "height", "girth", "skin", "voice", "born"}
    | {"pairs", "uses", "able", "sees", "hears", "stands", "coloured"}
)
"""What people are called by more than one word for, by comparison, or what is only concluded."""
_ORIGIN = "born"
_GREYING = 15
"""Years after which hair may have turned grey."""
_CLAUSE = re.compile(r"[,;:—–()]")


def attributes(material: Material) -> Iterator[Finding]:
    """A value in the draft that no earlier value allows, and nothing explains."""
    for statement in (*material.draft.statements, *material.heard):
        phrasing = material.language.phrasings[statement.phrasing]
        judged = phrasing.values or phrasing.against or statement.phrasing == _ORIGIN
        if not judged or not statement.plain or not statement.value:
            continue
        if statement.past and not _lasting(statement, material):
            continue
        if statement.phrasing == "mark":
            prior = _other_mark(statement, material)
        elif statement.phrasing == "coloured":
            prior = _other_colour(statement, material)
        elif phrasing.against:
            prior = _opposite(statement, phrasing.against, material)
        else:
            prior = _against(statement, material)
        if prior is None or any(
            material.language.finder(name).search(statement.quote)
            for name in ("formerly", "others_own")
        ):
            continue
        if _explained(statement, prior, material) or _bystander(statement, material):
            continue
        weak = (
            statement.phrasing in _WEAK
            or statement.speaker
            or not statement.sure
            or _only_looks(statement, material)
            or (prior.chapter and phrasing.against)
        )
        yield material.finding(
            KIND,
            Severity.WARNING if weak else Severity.BLOCKING,
            f"{own(statement.subject)} {_feature(statement, phrasing)}"
            f"{_change(_said(prior), _said(statement))}",
            material.evidence(statement),
            material.evidence(prior),
        )


def _bystander(statement: Statement, material: Material) -> bool:
    """Whether the sentence before goes on to speak of somebody else whom the pronoun by which
    this one calls somebody may mean: `She looked at the child. Its eyes`."""
    sentences = material.draft.prose.sentences
    at = bisect_right(sentences, statement.start, key=lambda each: each.span.start) - 1
    cast = material.cast
    char = cast.chars.get(statement.subject, "")
    if at < 1 or statement.speaker or sentences[at - 1].paragraph != sentences[at].paragraph:
        return False
    first = next((each for each in sentences[at].mentions if each.char == char), None)
    if first is not None and not first.pronoun:
        return False
    _, _, since = sentences[at - 1].marked.rpartition(char)
    people = [cast.by_char[each] for each in since if each in cast.by_char]
    gender = cast.by_char[char].gender if char else ""
    if any(one.kind == "person" and alike(one.gender, gender) for one in people):
        return True
    return material.language.finder("bystanders").search(since) is not None


def _lasting(statement: Statement, material: Material) -> bool:
    """Whether it is something that stays the same all through a life, or through what is told:
    in `she had tied back her fair hair` only the tying is past."""
    language = material.language
    phrasing = language.phrasings[statement.phrasing]
    name = phrasing.predicate or statement.phrasing
    if name in PREDICATES and PREDICATES[name].functional and not PREDICATES[name].temporal:
        return True
    past = ("flashback", "once_so") if phrasing.nouns else ("flashback",)
    if any(language.finder(name).search(statement.quote) for name in past):
        return False
    return bool(phrasing.nouns) or language.finder("ongoing").search(statement.quote) is not None


def _only_looks(statement: Statement, material: Material) -> bool:
    """Whether something only looks so, in that light perhaps: `her eyes looked green in it`."""
    value = re.escape(statement.groups.get("value", ""))
    looks = material.language.alternatives("looks_like")
    return (
        bool(value)
        and re.search(rf"{looks}[^.;]{{0,80}}\b{value}", statement.quote, re.IGNORECASE) is not None
    )


def _said(statement: Statement) -> str:
    """The value as a message names it."""
    words = (statement.groups.get("side", ""), statement.value)
    return " ".join(word for word in words if word)


def _feature(statement: Statement, phrasing: Phrasing) -> str:
    """What a message says that a statement is about."""
    if statement.phrasing == "coloured":
        return _thing(statement)
    return phrasing.predicate or statement.phrasing


def _change(before: str, now: str) -> str:
    """What a message says of two values; the same one is had there and lacking here, or so."""
    if before == now:
        return f" ({now}) is otherwise before than in the draft"
    return f": {before} before, {now} in the draft"


def _against(statement: Statement, material: Material) -> Statement | None:
    """The statement that this one contradicts."""
    predicate = material.language.phrasings[statement.phrasing].predicate or statement.phrasing
    if predicate not in PREDICATES or not PREDICATES[predicate].functional:
        return None
    prior = _prior(statement.phrasing, statement.subject, material)
    if statement.phrasing == _ORIGIN:
        prior = [each for each in prior if _town(each, material) and _town(statement, material)]
    if not prior or any(_agree(each, statement) for each in prior):
        return None
    return None if any(each.changed for each in prior) else prior[0]


def _town(statement: Statement, material: Material) -> bool:
    """Whether it names a single place, not a region that others may be in."""
    named = statement.object or statement.value
    return material.language.finder("regions").search(named) is None


def _agree(one: Statement, other: Statement) -> bool:
    """Whether a value of either goes with the other."""
    if one.phrasing == _ORIGIN:
        return not set(one.value.split()).isdisjoint(other.value.split())
    return not other.likes.isdisjoint(one.value.split()) or not one.likes.isdisjoint(
        other.value.split()
    )


def _opposite(statement: Statement, against: str, material: Material) -> Statement | None:
    """An earlier statement that says the opposite."""
    side = _side(statement)
    for each in _prior(against, statement.subject, material):
        if each.likes & statement.likes and (not side or side == _side(each)):
            return each
    return None


def _side(statement: Statement) -> str:
    return statement.groups.get("side", "").lower()


def _other_mark(statement: Statement, material: Material) -> Statement | None:
    """The same kind of mark, said to be in another place or on the other side."""
    word, side = _mark(statement)
    prior = [each for each in _prior("mark", statement.subject, material) if _mark(each)[0] == word]
    for each in prior:
        other = _mark(each)[1]
        same_place = _agree(each, statement)
        if same_place and (not side or not other or side == other):
            return None
    return prior[0] if prior else None


def _other_colour(statement: Statement, material: Material) -> Statement | None:
    """The same thing of theirs, said to be of another colour."""
    same = [
        each
        for each in _prior("coloured", statement.subject, material)
        if _thing(each) == _thing(statement)
    ]
    _, there = material.language.read_value("colour", statement.quote)
    if any(_agree(each, statement) or each.changed or each.value in there for each in same):
        return None
    return same[0] if same else None


def _thing(statement: Statement) -> str:
    return statement.groups.get("word", "").lower()


def _mark(statement: Statement) -> tuple[str, str]:
    return statement.groups.get("word", "").lower().rstrip("s"), _side(statement)


def _prior(phrasing: str, subject: str, material: Material) -> list[Statement]:
    return [each for each in material.prior(phrasing, subject) if each.plain and each.value]


def _explained(statement: Statement, prior: Statement, material: Material) -> bool:
    """Whether the story tells of a change near the feature. What may be a change, or something
    else, has to be said of the feature itself."""
    language = material.language
    phrasing = language.phrasings[statement.phrasing]
    if phrasing.against:
        phrasing = language.phrasings[phrasing.against]
    pale = not statement.likes.isdisjoint(language.lists["pale_values"])
    if pale and material.years_pass >= _GREYING:
        return True
    shorn = phrasing.values != "hair" or not (statement.likes | prior.likes).isdisjoint(
        language.lists["bald_values"]
    )
    changes = [
        word
        for word in phrasing.changes
        if word not in prior.quote.lower()
        and (pale or word not in language.lists["whitening"])
        and (shorn or word not in language.lists["cutting"])
    ]
    if not changes:
        return False
    cues = "|".join(map(re.escape, sorted(language.cues[statement.phrasing])))
    near = re.compile(rf"\b(?:{cues})\b", re.IGNORECASE)
    value = re.escape(statement.groups.get("value", ""))
    own = rf"(?!{value}\b)" if value else ""
    change = re.compile(rf"(?<![\w-])(?:{own}(?:{'|'.join(changes)}))\b", re.IGNORECASE)
    quote = statement.quote
    if any(_changes(each, quote, language, loose=True) for each in change.finditer(quote)):
        return True
    return any(
        material.concerns(statement.subject, told.text[around])
        for told in (*material.earlier, material.draft)
        for around in told.prose.once(
            (change, near, told is material.draft),
            partial(_turns, told, change, near, loose=told is material.draft),
        )
    )


def _turns(
    told: Told, change: re.Pattern[str], near: re.Pattern[str], *, loose: bool
) -> Sequence[slice]:
    """Each sentence with a change, and those beside it, where they have the feature; with `loose`
    also what only may be a change."""
    language = told.prose.cast.language
    spans = [sentence.span for sentence in told.prose.sentences]
    found: list[slice] = []
    for at, span in enumerate(spans):
        text = span.of(told.text)
        if any(_changes(each, text, language, loose=loose) for each in change.finditer(text)):
            around = slice(spans[max(0, at - 1)].start, spans[min(at + 1, len(spans) - 1)].end)
            if near.search(told.text[around]):
                found.append(around)
    return found


def _changes(found: re.Match[str], text: str, language: Language, *, loose: bool) -> bool:
    """Whether a word for a change says in its sentence that there is one."""
    clause = _CLAUSE.split(text[: found.start()])[-1]
    if language.finder("negation").search(clause):
        return False
    if language.finder("lights").fullmatch(found.group()):
        return language.finder("seeming").search(text) is not None
    if language.finder("loose_changes").fullmatch(found.group()) is None:
        return True
    return loose and language.finder("bodily").search(text) is not None
