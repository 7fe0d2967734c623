"""What two relations make: a mother's sister is an aunt."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from domain.story.language import Language
from domain.story.text.mentions import Sentence

_STEPS: Mapping[tuple[str, str], str] = {
    ("sibling", "sibling"): "sibling",
    ("sibling", "parent"): "parent",
    ("parent", "child"): "sibling",
    ("spouse", "child"): "step_child",
    ("child", "sibling"): "child",
    ("parent", "spouse"): "step_parent",
    ("parent", "parent"): "grandparent",
    ("child", "child"): "grandchild",
    ("parent", "sibling"): "avuncular",
    ("sibling", "child"): "nibling",
    ("sibling", "spouse"): "sibling_in_law",
    ("spouse", "sibling"): "sibling_in_law",
    ("spouse", "parent"): "parent_in_law",
    ("child", "spouse"): "child_in_law",
    ("parent", "lover"): "step_parent",
    ("lover", "child"): "step_child",
    ("avuncular", "child"): "cousin",
    ("cousin", "parent"): "avuncular",
    ("avuncular", "spouse"): "avuncular",
}
_CLOSE = {
    frozenset(pair)
    for pair in (
        ("betrothed", "spouse"),
        ("ex_spouse", "spouse"),
        ("lover", "spouse"),
        ("lover", "ex_spouse"),
        ("lover", "betrothed"),
        ("birth_parent", "parent"),
        ("birth_child", "child"),
        ("step_parent", "parent"),
        ("step_child", "child"),
        ("step_parent", "parent_in_law"),  # some languages have one word for both
        ("step_child", "child_in_law"),
    )
}
_BESIDES: Mapping[str, tuple[str, ...]] = {
    "avuncular": ("sibling",),
    "grandparent": ("parent", "spouse"),
    "parent": ("spouse",),
    "nibling": ("child",),
    "grandchild": ("child",),
    "parent_in_law": ("parent", "spouse"),
    "child_in_law": ("child",),
    "sibling_in_law": ("sibling", "spouse"),
}
"""What whoever is somebody's kin of a kind is to another: an uncle is a brother."""


class Kinship(NamedTuple):
    """That `other` is the owner's kin of a kind; `source` is what says so."""

    owner: str
    kin: str
    other: str
    source: int


def close(kin: str, other: str) -> bool:
    """Whether somebody may be called both."""
    return kin == other or frozenset((kin, other)) in _CLOSE


def besides(kin: str, other: str) -> bool:
    """Whether whoever is somebody's kin of the first kind is somebody else's of the other."""
    return other in _BESIDES.get(kin, ())


def composed(first: str, second: str) -> str:
    """What the second kin of somebody's first kin are to them; empty where that is not plain."""
    return _STEPS.get((first, second), "")


def paths(known: Iterable[Kinship], owner: str, other: str) -> list[tuple[str, Kinship, Kinship]]:
    """What somebody is to another by way of a third, with the two steps."""
    ties = list(known)
    return [
        (kin, first, second)
        for first in ties
        if first.owner == owner and first.other != other
        for second in ties
        if second.owner == first.other and second.other == other
        for kin in (composed(first.kin, second.kin),)
        if kin
    ]


def composed_kin(sentence: Sentence, language: Language) -> Sentence:
    """A sentence with one word for a relative's relative: `her aunt` for `her mother's sister`;
    the same one where it has none."""
    marked = sentence.marked
    for pattern in language.patterns("kin_chain"):
        for match in reversed(list(pattern.finditer(marked))):
            word = _word(match["first"].lower(), match["second"].lower(), language)
            if word:
                start, end = match.span("chain")
                marked = f"{marked[:start]}{word}{marked[end:]}"
    return sentence if marked == sentence.marked else sentence._replace(marked=marked)


def _word(first: str, second: str, language: Language) -> str:
    """The word for the second kin of somebody's first; empty where that is not plain."""
    names = language.relation_words
    gender = language.noun_genders.get(second, "")
    if first not in names or (second not in names and not gender):
        return ""
    known = language.relations.get(names.get(second, ""))
    kin = composed(language.relations[names[first]].kin, known.kin if known else "child")
    return next(
        (
            each.words[0]
            for each in language.relations.values()
            if each.kin == kin and each.gender == (known.gender if known else gender)
        ),
        "",
    )
