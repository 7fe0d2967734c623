"""What a project's calls to models cost."""

import pytest

from domain.entities.project import PROJECT
from domain.entities.project.answers import CostReport
from domain.entities.project.commands import (
    BeginCall,
    CancelGeneration,
    CreateProject,
    DeleteProject,
    RecordCall,
)
from domain.entities.project.queries import Costs
from domain.errors import CommandRefused
from domain.prompt import Origin, Purpose, Usage
from tests.unit.project_story import CREATE, OFFLINE, Project, chapter_id

ONE = chapter_id(1)


def begin(call_id: str, purpose: Purpose = Purpose.SCENE, attempt: int | None = None) -> BeginCall:
    return BeginCall(
        command_id=f"begin {call_id}",
        call_id=call_id,
        chapter_id=ONE,
        purpose=purpose,
        attempt=attempt,
    )


def pay(call_id: str, model: str = "grammar", **usage: float) -> RecordCall:
    return RecordCall(
        command_id=f"pay {call_id}",
        call_id=call_id,
        usage=Usage.model_validate(usage),
        origin=Origin(provider="p", model=model),
    )


def costs(project: Project) -> CostReport:
    report = PROJECT.answer(project.state, Costs())
    assert isinstance(report, CostReport)
    return report


def refused(project: Project, command: BeginCall | RecordCall) -> str:
    with pytest.raises(CommandRefused) as caught:
        project.send(command)
    return caught.value.reason


def test_costs_are_kept_by_chapter_purpose_and_model() -> None:
    project = Project(CREATE)
    project.generate(1)
    for number, model in enumerate(["a", "a", "b"]):
        project.send(begin(str(number), attempt=1))
        project.send(pay(str(number), model, prompt=100, cached=40, completion=10, money=0.5))
    project.send(begin("x", Purpose.PLAN))
    project.send(pay("x", "a", prompt=1, estimated=True))
    report = costs(project)
    assert [
        (line.purpose, line.model, line.calls, line.prompt, line.cached, line.money)
        for line in report.lines
    ] == [
        (Purpose.SCENE, "a", 2, 200, 80, 1.0),
        (Purpose.SCENE, "b", 1, 100, 40, 0.5),
        (Purpose.PLAN, "a", 1, 1, 0, 0.0),
    ]
    assert [(line.unpriced, line.estimated) for line in report.lines] == [(0, 0), (0, 0), (1, 1)]
    assert (report.money, report.unknown) == (1.5, ())


def test_a_call_of_which_nothing_more_is_heard_is_unknown() -> None:
    project = Project(CREATE)
    project.generate(1)
    project.send(begin("a"))
    project.send(begin("b"))
    assert project.send(begin("b")) == []
    (unknown,) = costs(project).unknown
    assert (unknown.chapter_id, unknown.purpose, unknown.calls) == (ONE, Purpose.SCENE, 2)
    project.send(pay("a", money=1.0))
    assert refused(project, pay("a", money=1.0)) == "unknown_call"
    assert [each.calls for each in costs(project).unknown] == [1]


def test_answers_that_were_lost_before_one_came_are_unknown() -> None:
    project = Project(CREATE)
    project.generate(1)
    project.send(begin("a"))
    project.send(pay("a", money=1.0, lost=2))
    (unknown,) = costs(project).unknown
    assert (unknown.chapter_id, unknown.purpose, unknown.calls) == (ONE, Purpose.SCENE, 2)


def test_a_run_that_is_over_begins_no_call_but_pays_what_it_began() -> None:
    project = Project(CREATE)
    project.generate(1)
    project.send(begin("a", attempt=1))
    project.send(CancelGeneration(command_id="c", chapter_id=ONE))
    assert refused(project, begin("b", attempt=1)) == "attempt_over"
    project.send(DeleteProject(command_id="d"))
    project.send(pay("a", money=2.0))
    assert costs(project).money == 2.0


def test_no_call_begins_once_the_budget_is_used_up() -> None:
    project = Project(CreateProject(command_id="1", title="T", language="en", budget=1.0))
    project.generate(1)
    project.send(begin("a"))
    project.send(begin("b"))
    project.send(pay("a", money=1.0))
    assert refused(project, begin("c")) == "over_budget"
    project.send(pay("b", money=1.0))
    assert costs(project).money == 2.0


def test_calls_and_ledger_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.entities.project.ledger.OPEN_CALLS", 2)
    monkeypatch.setattr("domain.entities.project.ledger.LEDGER_LINES", 1)
    project = Project(CREATE)
    project.generate(1)
    for name in ("x", "y", "a", "b"):  # two of which nobody hears again
        project.send(begin(name))
    assert sum(each.calls for each in costs(project).unknown) == 4
    assert refused(project, pay("x")) == "unknown_call"
    project.send(pay("a", "first", prompt=1))
    project.send(pay("b", "second", prompt=2))
    for name in ("c", "d"):
        project.send(begin(name))
        project.send(pay(name, name, prompt=4))
    assert [(line.model, line.prompt) for line in costs(project).lines] == [
        ("first", 1),
        ("others", 10),
    ]
    assert sum(each.calls for each in costs(project).unknown) == 2


def test_an_unknown_chapter_pays_nothing() -> None:
    assert refused(Project(CREATE), begin("a")) == "unknown_chapter"
    project = Project(CREATE)
    project.send(begin("a").model_copy(update={"chapter_id": None}))
    project.send(pay("a").model_copy(update={"origin": OFFLINE}))
    assert [line.chapter_id for line in costs(project).lines] == [None]
