"""The entity `project`: a novel in progress, its bible, its chapters and what they cost.

    drafting -> checking -> pending_review -> approved | rejected
        \\---------\\-> cancelled | failed

What a chapter adds to memory is what its approved revision says, until another one is approved
or that one is rejected. Texts are objects of the store; the entity knows their hashes.
"""

from domain.entities.project.answers import answer
from domain.entities.project.decide import decide
from domain.entities.project.events import EVENTS
from domain.entities.project.evolve import evolve
from domain.entities.project.state import ProjectState
from domain.entity import EntityKind

PROJECT = EntityKind(
    name="project",
    initial=ProjectState(),
    events=EVENTS,
    decide=decide,
    evolve=evolve,
    answer=answer,
)
