"""Whatever is sent to a project, and in whichever order."""

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.entities.project import PROJECT
from domain.entities.project.commands import (
    ApproveChapter,
    BeginCall,
    CancelGeneration,
    DeleteChapter,
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
from domain.entities.project.events import (
    CallPaid,
    ChapterApproved,
    ChapterDeleted,
    ChapterGenerated,
    ChapterRejected,
    ChaptersMarkedStale,
    FactsExtracted,
    GenerationCancelled,
    GenerationFailed,
    GenerationStarted,
    MemoryUpdated,
)
from domain.entities.project.restoring import check_restored
from domain.entities.project.state import RUNNING, Status
from domain.entity import Command, Event
from domain.errors import CommandRefused
from domain.prompt import Purpose, Usage
from domain.story.bible import Bible
from domain.story.coherence.verdict import Severity
from domain.story.facts import Fact
from domain.story.memory import Memory
from domain.story.record import ChapterRecord, Extraction
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

NUMBERS = st.integers(1, 3)
SMALL = st.integers(1, 3)
TEXTS = st.sampled_from(["one", "two", "three"]).map(text_ref)
FACTS = st.lists(
    st.builds(
        fact,
        st.sampled_from(["Ilse", "Tomas"]),
        st.sampled_from(["located_in", "eyes", "trait", "alive"]),
        st.sampled_from(["the mill", "no", "yes", "grey"]),
        NUMBERS,
    ),
    max_size=3,
)
FINDINGS = st.lists(st.builds(finding, st.sampled_from(["a", "b"]), st.sampled_from(Severity)))


class Projects(RuleBasedStateMachine):
    """One project, and beside it a plain account of what is approved."""

    @initialize()
    def create(self) -> None:
        self.project = Project(CREATE)
        self.read: dict[tuple[str, int], tuple[Fact, ...]] = {}
        self.approved: dict[str, tuple[int, int, tuple[Fact, ...]]] = {}
        self.calls = 0

    def send(self, command: Command) -> list[Event]:
        version = self.project.state.memory_version
        try:
            events = self.project.send(command)
        except CommandRefused:
            return []
        for event in events:
            self.note(event)
        assert self.project.state.memory_version - version in {0, 1}
        return events

    def note(self, event: Event) -> None:
        match event:
            case FactsExtracted():
                self.read[event.chapter_id, event.revision] = event.facts
            case ChapterApproved():
                facts = self.read[event.chapter_id, event.revision]
                self.approved[event.chapter_id] = event.number, event.revision, facts
            case ChapterDeleted():
                self.approved.pop(event.chapter_id, None)
            case ChapterRejected():
                held = self.approved.get(event.chapter_id)
                if held and held[1] == event.revision:
                    del self.approved[event.chapter_id]

    @rule(number=NUMBERS)
    def generate(self, number: int) -> None:
        self.send(
            GenerateChapter(command_id=new_id(), chapter_id=chapter_id(number), number=number)
        )

    @rule(number=NUMBERS)
    def revise(self, number: int) -> None:
        self.send(ReviseChapter(command_id=new_id(), chapter_id=chapter_id(number)))

    @rule(number=NUMBERS, text=TEXTS)
    def put_text(self, number: int, text: object) -> None:
        self.send(
            PutChapterText.model_validate(
                {"command_id": new_id(), "chapter_id": chapter_id(number), "text": text}
            )
        )

    @rule(number=NUMBERS, attempt=st.none() | SMALL)
    def cancel(self, number: int, attempt: int | None) -> None:
        self.send(
            CancelGeneration(command_id=new_id(), chapter_id=chapter_id(number), attempt=attempt)
        )

    @rule(
        number=NUMBERS,
        attempt=SMALL,
        what=st.sampled_from(["beats", "scene", "draft", "draft", "failure"]),
        scene=SMALL,
        text=TEXTS,
    )
    def record(self, number: int, attempt: int, what: str, scene: int, text: object) -> None:
        """Results come, many of them of another attempt or too late."""
        chapter = self.project.state.chapters.get(chapter_id(number))
        is_current = (
            chapter is not None and chapter.attempt == attempt and chapter.status in RUNNING
        )
        place = {"command_id": new_id(), "chapter_id": chapter_id(number), "attempt": attempt}
        commands: dict[str, Callable[[], Command]] = {
            "beats": lambda: RecordBeats.model_validate(place | {"beats": (BEAT, BEAT)}),
            "scene": lambda: RecordScene.model_validate(place | {"scene": scene, "text": text}),
            "draft": lambda: RecordDraft.model_validate(place | {"text": text, "origin": OFFLINE}),
            "failure": lambda: FailGeneration.model_validate(place | {"reason": "stuck"}),
        }
        events = self.send(commands[what]())
        assert is_current or not events, "a late result changed something"

    @rule(number=NUMBERS, revision=SMALL, facts=FACTS)
    def read_text(self, number: int, revision: int, facts: list[Fact]) -> None:
        self.send(
            RecordReading(
                command_id=new_id(), chapter_id=chapter_id(number), revision=revision, facts=facts
            )
        )

    @rule(number=NUMBERS, revision=SMALL, findings=FINDINGS, lag=st.integers(0, 1))
    def judge(self, number: int, revision: int, findings: list[object], lag: int) -> None:
        self.send(
            RecordVerdict.model_validate(
                {
                    "command_id": new_id(),
                    "chapter_id": chapter_id(number),
                    "revision": revision,
                    "memory_version": max(self.project.state.memory_version - lag, 0),
                    "verdict": verdict(*findings),  # type: ignore[arg-type]
                }
            )
        )

    @rule(number=NUMBERS, facts=FACTS)
    def write_and_approve(self, number: int, facts: list[Fact]) -> None:
        """The straight way, so that there is memory."""
        self.put_text(number, text_ref(new_id()))
        chapter = self.project.state.chapters.get(chapter_id(number))
        if chapter is None or chapter.status is not Status.CHECKING:
            return
        self.read_text(number, chapter.newest.number, facts)
        self.judge(number, chapter.newest.number, [], 0)
        self.approve(number, None, force=False)

    @rule(number=NUMBERS, revision=st.none() | SMALL, force=st.booleans())
    def approve(self, number: int, revision: int | None, force: bool) -> None:
        chapter = self.project.state.chapters.get(chapter_id(number))
        events = self.send(
            ApproveChapter(
                command_id=new_id(),
                chapter_id=chapter_id(number),
                revision=revision,
                force=force,
                reason="because" if force else "",
            )
        )
        if events and not force:
            assert chapter and not chapter.stale and chapter.is_acceptable

    @rule(number=NUMBERS, revision=st.none() | SMALL)
    def reject(self, number: int, revision: int | None) -> None:
        self.send(
            RejectChapter(command_id=new_id(), chapter_id=chapter_id(number), revision=revision)
        )

    @precondition(
        lambda self: any(
            each.status is Status.PENDING_REVIEW for each in self.project.state.chapters.values()
        )
    )
    @rule(data=st.data())
    def approve_and_reject(self, data: st.DataObject) -> None:
        """Memory is what it was, but for what the chapter had said before."""
        pending = [
            each for each in self.project.state.in_order if each.status is Status.PENDING_REVIEW
        ]
        chapter = data.draw(st.sampled_from(pending))
        others = [
            record
            for record in self.project.state.memory.records
            if record.chapter_id != chapter.chapter_id
        ]
        self.approve(chapter.number, None, force=True)
        self.reject(chapter.number, None)
        assert self.project.state.memory.records == others
        assert self.project.state.memory.facts == Memory(self.bible, others).facts

    @rule(number=NUMBERS)
    def delete(self, number: int) -> None:
        self.send(DeleteChapter(command_id=new_id(), chapter_id=chapter_id(number)))

    @rule(number=NUMBERS)
    def recheck(self, number: int) -> None:
        self.send(RecheckChapter(command_id=new_id(), chapter_id=chapter_id(number)))

    @rule(number=NUMBERS, quote=st.sampled_from(["a", "b"]))
    def mark(self, number: int, quote: str) -> None:
        self.send(
            MarkIntentional(
                command_id=new_id(),
                chapter_id=chapter_id(number),
                finding_id=finding(quote).finding_id,
                reason="so it is",
            )
        )

    @rule(bible=st.sampled_from([BIBLE, Bible()]))
    def put_bible(self, bible: Bible) -> None:
        self.send(PutBible(command_id=new_id(), bible=bible))

    @rule(number=st.none() | NUMBERS, attempt=st.none() | SMALL, is_paid=st.booleans())
    def call(self, number: int | None, attempt: int | None, is_paid: bool) -> None:
        self.calls += 1
        call_id = f"call {self.calls}"
        begun = self.send(
            BeginCall(
                command_id=new_id(),
                call_id=call_id,
                chapter_id=chapter_id(number) if number else None,
                purpose=Purpose.SCENE,
                attempt=attempt,
            )
        )
        if begun and is_paid:
            usage = Usage(prompt=10, completion=5, money=0.25)
            pay = RecordCall(command_id=new_id(), call_id=call_id, usage=usage, origin=OFFLINE)
            assert self.send(pay)

    @property
    def bible(self) -> Bible:
        return self.project.state.bible

    @invariant()
    def memory_is_what_the_approved_revisions_say(self) -> None:
        if not hasattr(self, "project"):
            return
        records = [
            ChapterRecord(
                chapter_id=each,
                number=number,
                revision=revision,
                extraction=Extraction(facts=facts),
            )
            for each, (number, revision, facts) in self.approved.items()
        ]
        memory = self.project.state.memory
        assert memory.records == sorted(records, key=lambda record: record.number)
        assert memory.facts == Memory(self.bible, records).facts

    @invariant()
    def every_chapter_has_a_revision_and_a_status_that_fits(self) -> None:
        if not hasattr(self, "project"):
            return
        chapters = self.project.state.in_order
        assert len({each.number for each in chapters}) == len(chapters)
        for chapter in chapters:
            assert chapter.newest.number >= 1
            assert (chapter.status is Status.APPROVED) == (chapter.draft is None)
            if chapter.status in {Status.CHECKING, Status.PENDING_REVIEW, Status.APPROVED}:
                assert chapter.newest.text is not None
            if chapter.status is Status.PENDING_REVIEW:
                assert chapter.score is not None

    @invariant()
    def it_can_be_taken_along(self) -> None:
        if not hasattr(self, "project"):
            return
        state = self.project.state
        kept = tuple(rest for each in state.in_order if (rest := each.at_rest()))
        copy = Project(
            CREATE.model_copy(
                update={
                    "bible": state.bible,
                    "memory_version": state.memory_version,
                    "restored": kept,
                }
            )
        ).state
        check_restored(kept, state.memory_version)
        assert copy.memory_version == state.memory_version
        assert copy.memory.records == state.memory.records
        for there in kept:
            here = copy.chapters[there.chapter_id]
            if there.status is Status.CHECKING:
                assert here.status is Status.CHECKING
                assert here.written and there.written and here.written.text == there.written.text
            else:
                assert here == there

    def teardown(self) -> None:
        if not hasattr(self, "project"):
            return
        state, happened = self.project.state, self.project.happened
        assert PROJECT.replay(PROJECT.decode(*PROJECT.encode(event)) for event in happened) == state
        assert PROJECT.restore(state.model_dump_json()) == state
        running: dict[str, int] = {}
        paid = 0.0
        versions = [0]
        for event in happened:
            match event:
                case GenerationStarted():
                    assert event.chapter_id not in running, "two runs at a time"
                    running[event.chapter_id] = event.attempt
                case ChapterGenerated() | GenerationCancelled() | GenerationFailed():
                    running.pop(event.chapter_id, None)
                case CallPaid():
                    paid += event.usage.money or 0
                case MemoryUpdated():
                    versions.append(event.memory_version)
                case ChaptersMarkedStale():
                    assert event.chapter_ids
        assert state.paid == paid
        assert versions == sorted(set(versions))


TestProjects = Projects.TestCase
TestProjects.settings = settings(max_examples=20, stateful_step_count=40, deadline=None)
