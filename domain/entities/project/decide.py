"""What follows from a command: a table from commands to rules."""

from collections.abc import Callable, Mapping
from typing import Any

from domain.entities.project import ledger, review, whole, writing
from domain.entities.project.commands import (
    ApproveChapter,
    BeginCall,
    CancelGeneration,
    ChangeProject,
    CreateProject,
    DeleteChapter,
    DeleteProject,
    FailGeneration,
    GenerateChapter,
    MarkIntentional,
    PutBible,
    PutChapterText,
    RecheckChapter,
    RecordBeats,
    RecordCall,
    RecordDraft,
    RecordReading,
    RecordScene,
    RecordVerdict,
    RejectChapter,
    ReviseChapter,
)
from domain.entities.project.events import ProjectDeleted
from domain.entities.project.state import ProjectState, Stage
from domain.entity import Command, Event
from domain.errors import CommandRefused

_RULES: Mapping[type[Command], Callable[[ProjectState, Any], list[Event]]] = {
    ChangeProject: whole.change,
    DeleteChapter: whole.delete_chapter,
    PutBible: review.put_bible,
    GenerateChapter: writing.generate,
    ReviseChapter: writing.revise,
    PutChapterText: writing.put_text,
    CancelGeneration: writing.cancel,
    RecordBeats: writing.record_beats,
    RecordScene: writing.record_scene,
    RecordDraft: writing.record_draft,
    FailGeneration: writing.fail,
    RecordReading: review.record_reading,
    RecordVerdict: review.record_verdict,
    RecheckChapter: review.recheck,
    ApproveChapter: review.approve,
    RejectChapter: review.reject,
    MarkIntentional: review.mark_intentional,
    BeginCall: ledger.begin_call,
    RecordCall: ledger.record_call,
}  # each rule has its own type of command


def decide(state: ProjectState, command: Command) -> list[Event]:
    """What follows from a command.

    Raises:
        CommandRefused: as things stand, it cannot be done; `reason` says why.
    """
    if isinstance(command, CreateProject):
        return whole.create(state, command)
    if state.stage is None:
        raise CommandRefused("unknown_project", "there is no such project")
    if isinstance(command, DeleteProject):
        return [] if state.stage is Stage.DELETED else [ProjectDeleted()]
    rule = _RULES.get(type(command))
    if rule is None:
        raise CommandRefused("unknown_command", f"a project knows no {type(command).__name__}")
    # What was paid for before the project went is still paid for.
    if state.stage is Stage.DELETED and not isinstance(command, RecordCall):
        raise CommandRefused("project_deleted", "the project was deleted")
    return rule(state, command)
