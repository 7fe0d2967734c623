"""Projects as their commands make them."""

from itertools import count

from domain.entities.project import PROJECT
from domain.entities.project.commands import (
    ApproveChapter,
    CreateProject,
    GenerateChapter,
    PutChapterText,
    RecordBeats,
    RecordDraft,
    RecordReading,
    RecordVerdict,
)
from domain.entities.project.state import Chapter, ProjectState
from domain.entity import Command, Event
from domain.prompt import Origin
from domain.story.bible import Bible, Character
from domain.story.coherence.score import score
from domain.story.coherence.verdict import Evidence, Finding, Severity, Verdict
from domain.story.facts import Fact, Source, StoryTime
from domain.story.prompts.answers import Beat
from domain.story.setups import Setup
from domain.story.texts import text_ref

OFFLINE = Origin(provider="offline", model="grammar")
BIBLE = Bible(
    characters=(
        Character(name="Ilse Brandt", aliases=("Ilse",), attributes={"eyes": "grey"}),
        Character(name="Tomas"),
    ),
    places=({"name": "the mill"},),
    items=({"name": "the lamp"},),
)
CREATE = CreateProject(command_id="create", title="The Mill", language="en", bible=BIBLE)
BEAT = Beat(title="one", what="They meet.", characters=("Ilse",), place=None, words=300)
_numbers = count()


def chapter_id(number: int) -> str:
    return f"{number:032x}"


def fact(
    subject: str,
    predicate: str,
    value: str,
    chapter: int,
    scene: int = 0,
    **more: object,
) -> Fact:
    data = {
        "subject": subject,
        "predicate": predicate,
        "object": value,
        "since": StoryTime(chapter, scene),
        "source": Source(chapter=chapter, quote=f"{subject} {predicate} {value}"),
    }
    return Fact.model_validate(data | more)


def planted(setup_id: str, chapter: int, **more: object) -> Setup:
    data = {
        "setup_id": setup_id,
        "kind": "object",
        "subject": setup_id,
        "text": f"There is a {setup_id}.",
        "planted": Source(chapter=chapter, quote=f"a {setup_id}"),
    }
    return Setup.model_validate(data | more)


def finding(quote: str = "brown eyes", severity: Severity = Severity.BLOCKING) -> Finding:
    return Finding(
        analyser="consistency",
        kind="attribute",
        severity=severity,
        message="the eyes have another colour",
        evidence=(Evidence(source="draft", quote=quote), Evidence(source="bible", quote="grey")),
    )


def verdict(*findings: Finding) -> Verdict:
    points = score(findings)
    return Verdict(score=points, acceptable=points >= 7, findings=findings)


class Project:
    """A project that takes commands; `happened` are its events."""

    def __init__(self, *commands: Command) -> None:
        self.state: ProjectState = PROJECT.initial
        self.happened: list[Event] = []
        for command in commands:
            self.send(command)

    def send(self, command: Command) -> list[Event]:
        events = PROJECT.decide(self.state, command)
        self.state = PROJECT.replay(events, self.state)
        self.happened += events
        return events

    def chapter(self, number: int) -> Chapter:
        return self.state.chapters[chapter_id(number)]

    def generate(self, number: int) -> None:
        self.send(
            GenerateChapter(command_id=new_id(), chapter_id=chapter_id(number), number=number)
        )

    def draft(self, number: int, text: str) -> None:
        """What was begun comes to its text."""
        place = {"command_id": new_id(), "chapter_id": chapter_id(number)}
        attempt = self.chapter(number).attempt
        self.send(RecordBeats(**place, attempt=attempt, beats=(BEAT,)))
        self.send(RecordDraft(**place, attempt=attempt, text=text_ref(text), origin=OFFLINE))

    def write(self, number: int, text: str) -> None:
        self.send(
            PutChapterText(
                command_id=new_id(),
                chapter_id=chapter_id(number),
                number=number,
                text=text_ref(text),
            )
        )

    def read(self, number: int, *facts: Fact, setups: tuple[Setup, ...] = ()) -> None:
        self.send(
            RecordReading(
                command_id=new_id(),
                chapter_id=chapter_id(number),
                revision=self.chapter(number).newest.number,
                facts=facts,
                setups=setups,
                summary=f"Chapter {number} in short.",
            )
        )

    def judge(
        self, number: int, *findings: Finding, memory_version: int | None = None
    ) -> list[Event]:
        known = self.state.memory_version if memory_version is None else memory_version
        return self.send(
            RecordVerdict(
                command_id=new_id(),
                chapter_id=chapter_id(number),
                revision=self.chapter(number).newest.number,
                memory_version=known,
                verdict=verdict(*findings),
            )
        )

    def approve(self, number: int, **more: object) -> list[Event]:
        data = {"command_id": new_id(), "chapter_id": chapter_id(number)}
        return self.send(ApproveChapter.model_validate(data | more))

    def add(self, number: int, text: str, *facts: Fact, setups: tuple[Setup, ...] = ()) -> None:
        """The author's text, read, checked and approved."""
        self.write(number, text)
        self.read(number, *facts, setups=setups)
        self.judge(number)
        self.approve(number)


def new_id() -> str:
    return f"command {next(_numbers)}"
