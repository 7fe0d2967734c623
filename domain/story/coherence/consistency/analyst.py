"""Contradictions: a draft against the bible and the approved chapters, kind by kind."""

from collections.abc import Callable, Iterator, Sequence

from domain.story.coherence.case import Analysis, Case
from domain.story.coherence.consistency.attributes.attributes import attributes
from domain.story.coherence.consistency.attributes.looks import looks
from domain.story.coherence.consistency.knowledge.knowledge import knowledge
from domain.story.coherence.consistency.life.life import life_and_death
from domain.story.coherence.consistency.material import ANALYST, Material, gather
from domain.story.coherence.consistency.names.names import names
from domain.story.coherence.consistency.places.places import place_and_travel
from domain.story.coherence.consistency.possession.possession import possession
from domain.story.coherence.consistency.relations.relations import relations
from domain.story.coherence.consistency.rules.rules import rules
from domain.story.coherence.consistency.time.time import time_and_age
from domain.story.coherence.verdict import Finding

CHECKS: Sequence[Callable[[Material], Iterator[Finding]]] = (
    attributes,
    looks,
    life_and_death,
    possession,
    time_and_age,
    relations,
    place_and_travel,
    knowledge,
    names,
    rules,
)


class ConsistencyAnalyst:
    """Finds what a draft says against what has been established.

    Kinds: attribute, life_and_death, place_and_travel, possession, time_and_age, relation,
    knowledge, name, rule. What is denied, imagined, told of earlier times or explained is no
    contradiction; nor is what somebody says or believes.
    """

    name = ANALYST

    def analyse(self, case: Case) -> Analysis:
        """All contradictions, each with words of the draft and of what they contradict."""
        material = gather(case)
        return Analysis(findings=[finding for check in CHECKS for finding in check(material)])
