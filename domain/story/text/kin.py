"""Whom `her father` means, where the story says who that is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from domain.story.language import Language
from domain.story.phrasings import Gender


class Tie(NamedTuple):
    """That somebody is another's relative: of the owner, the kind of relation, the relative."""

    owner: str
    relation: str
    relative: str


class Kin:
    """Who is whose what; people are whatever stands for them in the ties."""

    def __init__(
        self, ties: Iterable[Tie], genders: Mapping[str, Gender], language: Language
    ) -> None:
        self._language = language
        found: dict[tuple[str, str], set[tuple[str, Gender]]] = defaultdict(set)
        for owner, name, other in ties:
            relation = language.relations[name]
            if owner and other and owner != other:
                found[owner, relation.kin].add((other, genders.get(other) or relation.gender))
                found[other, relation.inverse].add((owner, genders.get(owner, "")))
        self._known = found

    def relative(self, owner: str, word: str) -> str:
        """An owner's only relative of that name, empty where that is not plain."""
        name = self._language.relation_words.get(word.lower())
        if name is None:
            return ""
        relation = self._language.relations[name]
        fitting = {
            other
            for other, gender in self._known.get((owner, relation.kin), ())
            if not relation.gender or gender in (relation.gender, "")
        }
        return next(iter(fitting)) if len(fitting) == 1 else ""
