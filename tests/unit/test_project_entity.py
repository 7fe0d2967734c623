"""The rules of a project, one by one."""

import pytest
from pydantic import ValidationError

from domain.entities.project import PROJECT, limits
from domain.entities.project.commands import (
    CancelGeneration,
    CreateProject,
    DeleteProject,
    FailGeneration,
    GenerateChapter,
    MarkIntentional,
    PutBible,
    PutChapterText,
    RecheckChapter,
    RecordBeats,
    RecordDraft,
    RecordReading,
    RecordScene,
    RecordVerdict,
    RejectChapter,
    ReviseChapter,
)
from domain.entities.project.state import Status
from domain.entity import Command
from domain.errors import CommandRefused
from domain.story.bible import Bible, Style
from domain.story.coherence.verdict import Severity
from domain.story.facts import Fact
from domain.story.memory import end_of
from domain.story.texts import text_ref
from tests.unit.project_story import (
    BEAT,
    BIBLE,
    CREATE,
    OFFLINE,
    Project,
    chapter_id,
    fact,
    finding,
    new_id,
    verdict,
)

ONE = chapter_id(1)


def at_home(chapter: int) -> Fact:
    return fact("Ilse", "located_in", "the mill", chapter)


def types(events: object) -> list[str]:
    assert isinstance(events, list)
    return [type(event).__name__ for event in events]


def refused(project: Project, command: Command) -> str:
    before = project.state
    with pytest.raises(CommandRefused) as caught:
        project.send(command)
    assert project.state is before
    return caught.value.reason


def generate(number: int | None = None, of: str = ONE) -> GenerateChapter:
    return GenerateChapter(command_id=new_id(), chapter_id=of, number=number)


def revise() -> ReviseChapter:
    return ReviseChapter(command_id=new_id(), chapter_id=ONE)


def recheck(number: int = 1) -> RecheckChapter:
    return RecheckChapter(command_id=new_id(), chapter_id=chapter_id(number))


def reject(number: int = 1, revision: int | None = None) -> RejectChapter:
    return RejectChapter(
        command_id=new_id(), chapter_id=chapter_id(number), revision=revision, reason="no"
    )


def scene(number: int, text: str = "scene", attempt: int = 1) -> RecordScene:
    return RecordScene(
        command_id=new_id(), chapter_id=ONE, attempt=attempt, scene=number, text=text_ref(text)
    )


def test_a_chapter_goes_from_its_order_to_memory() -> None:
    project = Project(CREATE)
    project.generate(1)
    project.draft(1, "Ilse came home.")
    project.read(1, at_home(1))
    project.judge(1)
    assert project.chapter(1).status is Status.PENDING_REVIEW
    project.approve(1)
    assert types(project.happened) == [
        "ProjectCreated",
        "GenerationStarted",
        "BeatsPlanned",
        "ChapterGenerated",
        "FactsExtracted",
        "CoherenceValidated",
        "ChapterApproved",
        "MemoryUpdated",
    ]
    assert project.chapter(1).status is Status.APPROVED
    facts = project.state.memory.facts_at(end_of(1), "Ilse Brandt")
    assert [each.object for each in facts] == ["grey", "the mill"]


def test_a_new_chapter_is_the_last_one() -> None:
    project = Project(CREATE, generate(4), generate(of=chapter_id(2)))
    assert project.chapter(2).number == 5
    assert refused(project, generate(4, of=chapter_id(3))) == "number_taken"
    assert refused(project, generate(3)) == "other_number"


def test_there_is_a_last_number() -> None:
    project = Project(CREATE, generate(limits.CHAPTERS))
    assert refused(project, generate(of=chapter_id(2))) == "too_many_chapters"


def test_one_run_at_a_time() -> None:
    project = Project(CREATE, generate())
    put = PutChapterText(command_id="p", chapter_id=ONE, text=text_ref("mine"))
    for command in (generate(), revise(), put, recheck(), reject()):
        assert refused(project, command) == "generating"


def test_what_is_recorded_is_where_a_run_goes_on() -> None:
    project = Project(CREATE, generate())
    assert refused(project, scene(1)) == "unknown_scene"
    beats = RecordBeats(command_id="b", chapter_id=ONE, attempt=1, beats=(BEAT, BEAT))
    project.send(beats)
    assert refused(project, scene(2)) == "scene_missing"
    project.send(scene(1))
    assert project.send(scene(1, "another text")) == []
    assert project.send(beats.model_copy(update={"beats": (BEAT,)})) == []
    project.send(scene(2))
    assert refused(project, scene(3)) == "unknown_scene"
    generation = project.chapter(1).generation
    assert generation and generation.scenes == (text_ref("scene"),) * 2


@pytest.mark.parametrize(
    "end",
    [
        CancelGeneration(command_id="c", chapter_id=ONE),
        FailGeneration(command_id="f", chapter_id=ONE, attempt=1, reason="model_refused"),
    ],
)
def test_what_comes_after_the_end_of_a_run_changes_nothing(end: Command) -> None:
    project = Project(CREATE, generate(), end)
    late: list[Command] = [
        RecordBeats(command_id="b", chapter_id=ONE, attempt=1, beats=(BEAT,)),
        scene(1),
        RecordDraft(
            command_id="d", chapter_id=ONE, attempt=1, text=text_ref("late"), origin=OFFLINE
        ),
        FailGeneration(command_id="g", chapter_id=ONE, attempt=1, reason="late"),
        RecordReading(command_id="r", chapter_id=ONE, revision=1),
        RecordVerdict(
            command_id="v", chapter_id=ONE, revision=1, memory_version=0, verdict=verdict()
        ),
    ]
    before = project.state
    assert [project.send(command) for command in late] == [[]] * len(late)
    project.send(generate())  # a second run for the same revision
    running = project.state
    assert [project.send(command) for command in late] == [[]] * len(late)
    assert project.state == running != before
    assert (project.chapter(1).attempt, project.chapter(1).newest.number) == (2, 1)


def test_cancelling() -> None:
    project = Project(CREATE, generate())
    stop = CancelGeneration(command_id="c", chapter_id=ONE)
    assert types(project.send(stop)) == ["GenerationCancelled"]
    assert project.send(stop) == []
    project.send(generate())
    assert project.send(stop.model_copy(update={"attempt": 1})) == []
    project.draft(1, "A text.")
    project.send(stop)  # now the check
    assert project.chapter(1).status is Status.CANCELLED
    project.send(recheck())
    assert project.chapter(1).status is Status.CHECKING
    project.read(1)
    project.judge(1)
    assert refused(project, stop) == "not_running"


def test_a_text_is_read_before_it_is_judged() -> None:
    project = Project(CREATE)
    project.write(1, "Mine.")
    with pytest.raises(CommandRefused, match="read first"):
        project.judge(1)
    project.read(1, at_home(1))
    project.read(1)  # a later reading stands
    with pytest.raises(CommandRefused, match="at version 0 only"):
        project.judge(1, memory_version=1)
    project.judge(1)
    project.approve(1)
    assert project.state.memory.facts_at(end_of(1), "Ilse")[1:] == []


def test_contradictions_stand_in_the_log() -> None:
    project = Project(CREATE)
    project.write(1, "Mine.")
    project.read(1)
    events = project.judge(1, finding(), finding("old", Severity.WARNING))
    assert types(events) == ["CoherenceValidated", "ContradictionDetected"]


def test_what_is_not_acceptable_takes_a_reason() -> None:
    project = Project(CREATE)
    project.write(1, "Mine.")
    project.read(1)
    project.judge(1, finding())
    for more, reason in (
        ({}, "not_acceptable"),
        ({"force": True}, "reason_missing"),
        ({"force": True, "reason": " "}, "reason_missing"),
        ({"revision": 2}, "other_revision"),
    ):
        with pytest.raises(CommandRefused) as caught:
            project.approve(1, **more)
        assert caught.value.reason == reason
    approved, *_ = project.approve(1, force=True, reason="she wears lenses")
    assert approved.model_dump()["forced"] is True
    assert project.approve(1) == []


def test_what_is_intentional_does_not_count() -> None:
    project = Project(CREATE)
    project.write(1, "Mine.")
    project.read(1)
    project.judge(1, finding())
    mark = MarkIntentional(
        command_id="m", chapter_id=ONE, finding_id=finding().finding_id, reason="a disguise"
    )
    unknown = mark.model_copy(update={"finding_id": finding("else").finding_id})
    assert refused(project, unknown) == "unknown_finding"
    assert project.chapter(1).score == 6
    project.send(mark)
    assert project.send(mark) == []
    assert project.chapter(1).score == 10
    project.send(recheck())
    assert types(project.judge(1, finding())) == ["CoherenceValidated"]
    assert types(project.approve(1)) == ["ChapterApproved", "MemoryUpdated"]


def test_a_revision_takes_the_place_of_the_approved_one_once_it_is_approved() -> None:
    project = Project(CREATE)
    project.add(1, "First.", at_home(1))
    project.add(2, "Second.", fact("Tomas", "located_in", "the mill", 2))
    before = project.state.memory.facts
    assert types(project.send(revise())) == ["ChapterRevised", "GenerationStarted"]
    project.draft(1, "First, better.")
    project.read(1, fact("Ilse", "located_in", "the ford", 1))
    project.judge(1)
    assert project.state.memory.facts == before
    assert project.chapter(2).stale is None
    events = project.approve(1, revision=2)
    assert types(events) == ["ChapterApproved", "MemoryUpdated", "ChaptersMarkedStale"]
    assert project.state.memory.facts_at(end_of(1), "Ilse")[-1].object == "the ford"
    assert project.chapter(2).stale is not None


def test_rejecting_restores_the_memory_before() -> None:
    project = Project(CREATE)
    before = project.state.memory
    project.add(1, "First.", at_home(1))
    project.add(2, "Second.")
    events = project.send(reject())
    assert types(events) == ["ChapterRejected", "MemoryUpdated", "ChaptersMarkedStale"]
    assert project.send(reject()) == []
    project.send(reject(2))
    assert types(project.send(PutBible(command_id="b", bible=Bible()))) == ["BibleChanged"]
    project.send(PutBible(command_id="c", bible=BIBLE))
    assert project.state.memory.facts == before.facts
    assert project.state.memory.records == before.records


def test_rejecting_a_draft_leaves_what_was_approved() -> None:
    project = Project(CREATE)
    project.add(1, "First.", at_home(1))
    project.write(1, "Second.")
    before = project.state.memory.facts
    assert types(project.send(reject())) == ["ChapterRejected"]
    assert project.state.memory.facts == before
    assert project.send(reject()) == []
    project.send(reject(revision=1))
    assert project.state.memory.records == []


def test_an_approved_revision_can_be_put_away_while_nothing_came_of_the_next() -> None:
    project = Project(CREATE)
    project.add(1, "First.")
    project.send(revise())
    project.send(reject(revision=1))
    assert project.chapter(1).status is Status.DRAFTING
    project = Project(CREATE)
    project.add(1, "First.")
    project.send(revise())
    project.send(CancelGeneration(command_id="c", chapter_id=ONE))
    project.send(reject(revision=1))
    chapter = project.chapter(1)
    assert (chapter.status, chapter.newest.text) == (Status.REJECTED, text_ref("First."))
    project.send(revise())
    assert project.chapter(1).newest.number == 2
    project.send(CancelGeneration(command_id="c", chapter_id=ONE))
    project.send(revise())
    assert project.chapter(1).newest.number == 2  # the one before came to no text


def test_a_text_is_not_lost_when_its_revision_comes_to_nothing() -> None:
    stop = CancelGeneration(command_id="c", chapter_id=ONE)
    project = Project(CREATE)
    project.write(1, "First.")
    project.read(1, at_home(1))
    for _ in range(2):
        project.send(revise())
        project.send(stop)
    project.send(recheck())
    project.judge(1)
    project.approve(1)
    assert project.chapter(1).approved == project.chapter(1).written
    assert len(project.state.memory.records[0].extraction.facts) == 1
    project.send(revise())
    project.send(reject(revision=1))
    project.send(stop)
    assert project.chapter(1).written is not None
    project.send(revise())
    project.draft(1, "Second.")
    assert project.chapter(1).earlier is None


def test_a_stale_chapter_is_checked_again_and_keeps_its_place_in_memory() -> None:
    project = Project(CREATE)
    project.add(2, "Second.", at_home(2))
    project.add(1, "First.")
    stale = project.chapter(2).stale
    assert stale and (stale.reason, stale.number) == ("chapter_approved", 1)
    version = project.state.memory_version
    project.send(recheck(2))
    assert project.send(recheck(2)) == []
    assert len(project.state.memory.records) == 2
    project.judge(2)
    assert project.chapter(2).stale is None
    assert types(project.approve(2)) == ["ChapterApproved"]
    assert project.state.memory_version == version


def test_a_verdict_holds_for_the_memory_that_it_was_given_on() -> None:
    project = Project(CREATE)
    project.write(2, "Second.")
    project.read(2)
    project.add(1, "First.")
    project.judge(2, memory_version=0)  # began before chapter 1 was approved
    with pytest.raises(CommandRefused) as caught:
        project.approve(2)
    assert caught.value.reason == "stale"
    project.approve(2, force=True, reason="nothing of it matters here")
    assert project.chapter(2).stale is not None


def test_later_chapters_do_not_make_earlier_ones_stale() -> None:
    project = Project(CREATE)
    project.add(1, "First.")
    project.add(2, "Second.")
    assert project.chapter(1).stale is None


def test_only_canon_makes_verdicts_stale() -> None:
    project = Project(CREATE)
    project.add(1, "First.")
    styled = BIBLE.model_copy(update={"style": Style(genre="crime")})
    assert project.send(PutBible(command_id="1", bible=BIBLE)) == []
    assert types(project.send(PutBible(command_id="2", bible=styled))) == ["BibleChanged"]
    assert project.chapter(1).stale is None
    assert types(project.send(PutBible(command_id="3", bible=Bible()))) == [
        "BibleChanged",
        "ChaptersMarkedStale",
    ]
    assert project.chapter(1).stale is not None


def test_the_same_text_again_is_nothing_new() -> None:
    project = Project(CREATE)
    project.write(1, "Mine.")
    before = len(project.happened)
    project.write(1, "Mine.")
    assert len(project.happened) == before
    project.write(1, "Mine, changed.")
    assert project.chapter(1).newest.number == 2


def test_a_chapter_with_a_text_is_revised_one_without_is_generated() -> None:
    project = Project(CREATE)
    assert refused(project, revise()) == "unknown_chapter"
    project.write(1, "Mine.")
    assert refused(project, generate()) == "chapter_exists"
    other = Project(CREATE, generate(), CancelGeneration(command_id="c", chapter_id=ONE))
    for command in (revise(), recheck(), reject()):
        assert refused(other, command) == "no_text"


def test_a_project_begins_and_ends_once() -> None:
    project = Project()
    assert refused(project, generate()) == "unknown_project"
    project.send(CREATE)
    assert project.send(CREATE) == []
    other = CreateProject(command_id="x", title="Another", language="en")
    assert refused(project, other) == "project_exists"
    end = DeleteProject(command_id="d")
    assert types(project.send(end)) == ["ProjectDeleted"]
    assert project.send(end) == []
    assert refused(project, CREATE) == refused(project, generate()) == "project_deleted"


def test_what_comes_from_outside_is_bounded() -> None:
    fat = Bible(facts=[{"text": "x" * 20_000}] * 60)
    with pytest.raises(ValidationError, match="bytes as JSON"):
        PutBible(command_id="1", bible=fat)
    with pytest.raises(ValidationError, match="bytes as JSON"):
        RecordReading(
            command_id="1",
            chapter_id=ONE,
            revision=1,
            facts=[fact("Ilse", "trait", "x" * 1900, 1)] * 300,
        )
    with pytest.raises(ValidationError, match="at most 1000 findings"):
        RecordVerdict(
            command_id="1",
            chapter_id=ONE,
            revision=1,
            memory_version=0,
            verdict=verdict(*[finding(severity=Severity.INFO)] * 1001),
        )


def test_the_facts_of_a_project_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.entities.project.review.PROJECT_FACTS", 2)
    project = Project(CREATE)
    project.add(1, "First.", at_home(1))
    project.write(2, "Second.")
    project.read(2, at_home(2))
    with pytest.raises(CommandRefused) as caught:
        project.read(2, at_home(2), fact("Tomas", "trait", "calm", 2))
    assert caught.value.reason == "too_many_facts"


def test_a_project_knows_no_other_commands() -> None:
    with pytest.raises(CommandRefused) as caught:
        PROJECT.decide(Project(CREATE).state, Command(command_id="1"))
    assert caught.value.reason == "unknown_command"
