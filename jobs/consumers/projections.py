"""What the projections of projects follow."""

from domain.entities.project.events import (
    BibleChanged,
    MemoryUpdated,
    ProjectCreated,
    ProjectDeleted,
)

WANTED = tuple(
    event.__name__ for event in (ProjectCreated, BibleChanged, MemoryUpdated, ProjectDeleted)
)
"""What changes a project's memory. Drafts, checks and costs do not."""
