"""The whole way of a chapter in this process: what is wanted, what is recorded, what it costs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.llm.offline import OfflineModel
from domain.entities.project.commands import (
    ApproveChapter,
    CancelGeneration,
    DeleteProject,
    PutChapterText,
    RecheckChapter,
    ReviseChapter,
)
from domain.entities.project.events import CallBegun, CallPaid, CoherenceValidated
from domain.entities.project.state import Status
from domain.errors import AnswerUnusable, ModelRefused, ModelUnavailable
from domain.prompt import Purpose
from domain.story.coherence.verdict import Severity, Verdict
from domain.story.length import TOLERANCE, count_words
from domain.story.prompts.answers import (
    Adjudication,
    Extracted,
    ExtractedFact,
    ExtractedSetup,
    FurtherFinding,
    MoreFindings,
    Ruling,
)
from domain.story.prompts.material import SceneMaterial
from domain.story.scenes import scenes
from tests.unit.scripted_model import USAGE, ScriptedModel
from tests.unit.writing_desk import ASKER, CHAPTER_ID, WritingDesk, writing_desk

SCENES_OF = ["SceneWritten"] * 3
WRITTEN = ["GenerationStarted", "BeatsPlanned", *SCENES_OF, "ChapterGenerated"]
CHECKED = ["FactsExtracted", "CoherenceValidated"]
AWAY = ModelUnavailable("the endpoint does not answer")
SECOND = "c" * 32


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
async def desk(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[WritingDesk]:
    async with writing_desk(tmp_path, model) as desk:
        yield desk


async def test_a_chapter_is_written_read_and_checked(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    await desk.generate()
    live = await desk.write()
    chapter = await desk.chapter()
    assert chapter.status is Status.PENDING_REVIEW
    assert await desk.types() == ["ProjectCreated", *WRITTEN, *CHECKED]
    text = await desk.text(chapter.newest.text)
    assert chapter.generation
    written = [await desk.text(ref) for ref in chapter.generation.scenes]
    assert [span.of(text) for span in scenes(text)] == written
    told = "".join(piece.text for piece in live.since("").pieces)
    assert told == "".join(written)
    assert chapter.newest.origin == model.origin
    assert chapter.newest.extraction
    assert chapter.newest.extraction.summary == "Mara counts the boats."
    assert chapter.newest.extraction.scenes == (("Mara",),) * 3
    assert chapter.score == 10.0


async def test_a_chapter_is_written_offline(desk: WritingDesk) -> None:
    desk.model = OfflineModel()
    await desk.generate(target_word_count=600)
    await desk.write()
    chapter = await desk.chapter()
    assert chapter.status is Status.PENDING_REVIEW
    assert chapter.newest.origin == OfflineModel().origin
    words = count_words(await desk.text(chapter.newest.text))
    assert abs(words - 600) <= 600 * TOLERANCE
    assert chapter.newest.extraction
    assert chapter.newest.extraction.summary
    costs = await desk.costs()
    assert (costs.money, costs.unknown) == (0, ())
    assert {line.provider for line in costs.lines} == {"offline"}


async def test_every_event_says_where_it_comes_from(desk: WritingDesk) -> None:
    await desk.generate()
    await desk.write()
    started = 2
    for each in (await desk.recorded())[started:]:
        metadata = each.event.metadata
        assert metadata.correlation_id == ASKER.correlation_id
        assert metadata.causation_id == ASKER.causation_id


async def test_every_call_is_begun_and_paid(desk: WritingDesk, model: ScriptedModel) -> None:
    await desk.generate()
    await desk.write()
    events = await desk.events()
    begun = [each.call_id for each in events if isinstance(each, CallBegun)]
    paid = [each.call_id for each in events if isinstance(each, CallPaid)]
    assert begun == paid
    assert len(begun) == len(set(begun)) == model.calls
    costs = await desk.costs()
    assert costs.money == model.calls * (USAGE.money or 0)
    assert {line.purpose: line.calls for line in costs.lines} == model.asked


@pytest.mark.parametrize(
    "words",
    [
        lambda wanted: wanted * 3,
        lambda wanted: wanted * 2 // 5 + 1,
        lambda _wanted: 400,
        lambda wanted: wanted * 13 // 10,
    ],
    ids=["too many", "too few", "as many as ever", "some more"],
)
async def test_a_chapter_has_the_words_that_were_asked_for(
    desk: WritingDesk, words: Callable[[int], int]
) -> None:
    async def written(target: int, beats: int) -> None:
        model = ScriptedModel()
        model.words, model.beats = words, beats
        project = WritingDesk(desk.log, desk.entities, desk.store, model)
        project.project_id = uuid4().hex
        await project.create()
        await project.generate(target_word_count=target)
        await project.write()
        text = (await project.chapter()).newest.text
        assert text
        assert abs(text.words - target) <= target * TOLERANCE
        assert text.words == count_words(await project.text(text))

    await asyncio.gather(
        *(written(target, beats) for target, beats in ((80, 1), (80, 5), (600, 2), (600, 5)))
    )


async def test_who_follows_sees_what_a_scene_came_to(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    model.beats, model.words = 1, lambda wanted: wanted * 3
    await desk.generate()
    live = await desk.write()
    told = ""
    for piece in live.since("").pieces:
        told = piece.text if piece.is_new else told + piece.text
    assert told == await desk.text((await desk.chapter()).newest.text)


async def test_halves_of_characters_are_put_together_or_replaced(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    model.beats = 1
    model.ending = " \ud83d\udea2 \ud83d"
    await desk.generate()
    await desk.write()
    assert (await desk.text((await desk.chapter()).newest.text)).endswith(" 🚢 �")


async def test_each_scene_is_written_after_what_there_is(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    await desk.generate()
    await desk.write()
    materials = [each.material for each in model.prompts if each.purpose is Purpose.SCENE]
    so_far = [each.so_far for each in materials if isinstance(each, SceneMaterial)]
    assert [count_words(each) for each in so_far] == [0, 100, 199]


async def test_without_a_plan_the_instruction_is_the_plan(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    model.troubles[Purpose.PLAN] = [AnswerUnusable("that is no plan")]
    await desk.generate()
    await desk.write()
    chapter = await desk.chapter()
    assert chapter.status is Status.PENDING_REVIEW
    assert chapter.generation
    assert [beat.what for beat in chapter.generation.beats] == ["Mara waits for the ferry."]
    assert [(each.purpose, each.calls) for each in (await desk.costs()).unknown] == [
        (Purpose.PLAN, 1)
    ]


async def test_what_an_unusable_answer_cost_is_in_the_ledger(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    model.troubles[Purpose.PLAN] = [AnswerUnusable("cut off", USAGE)]
    await desk.generate()
    await desk.write()
    costs = await desk.costs()
    (plan,) = (line for line in costs.lines if line.purpose is Purpose.PLAN)
    assert (plan.calls, plan.money) == (1, USAGE.money)
    assert costs.unknown == ()


async def test_a_chapter_waits_for_a_model_that_is_away(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    model.down = AWAY
    await desk.generate()
    with pytest.raises(ModelUnavailable):
        await desk.write()
    assert (await desk.chapter()).status is Status.DRAFTING
    assert (await desk.costs()).unknown == ()  # nothing was called
    model.down = None
    await desk.write()
    assert await desk.types() == ["ProjectCreated", *WRITTEN, *CHECKED]


@pytest.mark.parametrize("purpose", [Purpose.PLAN, Purpose.SCENE])
async def test_a_chapter_fails_when_the_model_refuses(
    desk: WritingDesk, model: ScriptedModel, purpose: Purpose
) -> None:
    model.troubles[purpose] = [ModelRefused("the key is not valid: set llm_key")]
    await desk.generate()
    await desk.write()
    chapter = await desk.chapter()
    assert (chapter.status, chapter.reason) == (Status.FAILED, "model_refused")
    assert chapter.detail == "the key is not valid: set llm_key"


async def test_a_chapter_fails_when_the_budget_is_spent(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    desk.project_id = "d" * 32
    await desk.create(budget=1.0)  # two calls
    await desk.generate()
    await desk.write()
    chapter = await desk.chapter()
    assert (chapter.status, chapter.reason) == (Status.FAILED, "over_budget")
    assert model.calls == 2


async def test_a_model_that_writes_nothing_fails_the_chapter(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    model.words = lambda _: 0
    await desk.generate()
    await desk.write()
    chapter = await desk.chapter()
    assert (chapter.status, chapter.reason) == (Status.FAILED, "answer_unusable")


async def test_without_the_model_a_text_is_read_and_checked_by_rule(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    model.down = AWAY
    await put_text(desk, "Mara opened her brown eyes. She lit the lamp.")
    await desk.write()
    chapter = await desk.chapter()
    assert chapter.status is Status.PENDING_REVIEW
    assert model.calls == 0
    assert chapter.newest.extraction
    assert chapter.newest.extraction.summary
    verdict = await verdict_of(desk)
    assert not verdict.acceptable
    assert {each.check: each.reason for each in verdict.skipped}.items() >= {
        "language model: extract": str(AWAY),
        "language model: summary": str(AWAY),
        "second look": str(AWAY),
        "review": str(AWAY),
    }.items()


async def test_offline_the_verdict_says_that_no_model_has_looked(desk: WritingDesk) -> None:
    desk.model = OfflineModel()
    await put_text(desk, "Mara lit the lamp.")
    await desk.write()
    skipped = {each.check: each.reason for each in (await verdict_of(desk)).skipped}
    assert skipped["second look"] == skipped["review"] == "no language model is set"


@pytest.mark.parametrize(
    ("ruling", "severity"),
    [
        (Ruling.CONTRADICTION, Severity.BLOCKING),
        (Ruling.UNSURE, Severity.BLOCKING),
        (Ruling.COMPATIBLE, Severity.WARNING),
    ],
)
async def test_the_model_looks_twice_at_what_the_rules_find(
    desk: WritingDesk, model: ScriptedModel, ruling: Ruling, severity: Severity
) -> None:
    model.answers[Adjudication] = Adjudication(verdict=ruling, why="She wears lenses.")
    await put_text(desk, "Mara opened her brown eyes. She lit the lamp.")
    await desk.write()
    verdict = await verdict_of(desk)
    (finding,) = verdict.findings
    assert finding.severity is severity
    assert verdict.acceptable is (severity is Severity.WARNING)
    assert ("She wears lenses." in finding.message) is (severity is Severity.WARNING)


async def test_what_the_model_finds_beside_has_to_be_quoted(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    def finding(draft_quote: str, source_quote: str) -> FurtherFinding:
        return FurtherFinding(
            kind="place",
            severity=Severity.BLOCKING,
            message="He does not row.",
            draft_quote=draft_quote,
            source="bible",
            source_quote=source_quote,
        )

    model.answers[MoreFindings] = MoreFindings(
        findings=(
            finding("Tobias never rowed", "ferryman"),
            finding("Tobias had never rowed", "ferryman"),
            finding("Tobias never rowed", "a ferryman all his life"),
        )
    )
    await put_text(desk, "Tobias never rowed in his life.")
    await desk.write()
    (found,) = (await verdict_of(desk)).findings
    assert [each.quote for each in found.evidence] == ["Tobias never rowed", "ferryman"]


async def test_facts_of_the_model_have_to_be_quoted(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    def fact(quote: str) -> ExtractedFact:
        return ExtractedFact(
            subject="Tobias", predicate="trait", object="patient", believer=None, quote=quote
        )

    model.answers[Extracted] = Extracted(
        facts=(fact("Tobias had waited for hours"), fact("Tobias could wait")), setups=()
    )
    await put_text(desk, "Mara came late.\n\n***\n\nTobias had waited for hours.")
    await desk.write()
    extraction = (await desk.chapter()).newest.extraction
    assert extraction
    (known,) = (each for each in extraction.facts if each.predicate == "trait")
    assert (known.subject, known.object, known.since) == ("Tobias", "patient", (1, 2))
    assert extraction.scenes == (("Mara",), ("Tobias",))


async def test_a_draft_is_checked_against_the_approved_chapters(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    await put_text(desk, "Tobias had a scar. Mara died that night in Lowmere. Nobody wept.")
    await desk.write()
    second = "Mara walked to the ferry. “Good morning,” said Mara."
    await put_text(desk, second, SECOND)
    await desk.write(SECOND)
    assert (await verdict_of(desk)).findings == ()  # what is not approved is not established
    await desk.do(ApproveChapter(command_id="approve", chapter_id=CHAPTER_ID))
    await desk.do(RecheckChapter(command_id="recheck", chapter_id=SECOND))
    extracted = model.asked[Purpose.EXTRACT]
    await desk.write(SECOND)
    verdict = await verdict_of(desk)
    assert any(
        {each.source for each in finding.evidence} == {"chapter 1", "draft"}
        for finding in verdict.findings
    )
    chapter = await desk.chapter(SECOND)
    assert not chapter.stale
    assert model.asked[Purpose.EXTRACT] == extracted  # it was read before


async def test_a_setup_is_followed_from_chapter_to_chapter(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    quote = "A silver key hung by the door."
    planted = ExtractedSetup(kind="object", subject="silver key", text="A key.", quote=quote)
    model.answers[Extracted] = Extracted(facts=(), setups=(planted,))
    await put_text(desk, f"{quote} Nobody knew what it was for.")
    await desk.write()
    await desk.do(ApproveChapter(command_id="approve", chapter_id=CHAPTER_ID))
    await put_text(desk, "Mara looked at the silver key once more, and left it there.", SECOND)
    await desk.write(SECOND)
    first, second = [(await desk.chapter(each)).newest.extraction for each in (CHAPTER_ID, SECOND)]
    assert first
    assert second
    (setup,) = first.setups
    (again,) = second.setups
    assert again.setup_id == setup.setup_id
    assert again.planted.quote == quote
    assert [each.chapter for each in again.progress] == [2]


async def test_what_a_text_says_is_cut_to_what_a_command_may_hold(
    desk: WritingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.writing.checking.EXTRACTION_BYTES", 2000)
    await put_text(desk, "\n\n***\n\n".join(["Mara saw Tobias. Mara had green eyes."] * 90))
    await desk.write()
    extraction = (await desk.chapter()).newest.extraction
    assert extraction
    assert extraction.summary
    assert extraction.facts
    assert extraction.scenes == ()


async def test_findings_are_cut_to_what_a_command_may_hold(
    desk: WritingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.writing.checking.VERDICT_BYTES", 10)
    await put_text(desk, "Mara opened her brown eyes. She lit the lamp.")
    await desk.write()
    verdict = await verdict_of(desk)
    assert (verdict.findings, verdict.acceptable) == ((), False)
    assert "findings" in {each.check for each in verdict.skipped}


async def test_a_revision_is_written_after_the_text_before_it(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    await desk.generate()
    await desk.write()
    first = await desk.text((await desk.chapter()).newest.text)
    model.words = lambda wanted: wanted + 1
    revise = ReviseChapter(
        command_id="revise", chapter_id=CHAPTER_ID, instruction="Louder.", target_word_count=300
    )
    await desk.do(revise)
    await desk.write()
    chapter = await desk.chapter()
    assert (chapter.status, chapter.newest.number) == (Status.PENDING_REVIEW, 2)
    assert await desk.text(chapter.newest.text) != first
    plan = [each for each in model.prompts if each.purpose is Purpose.PLAN][-1]
    assert any(first in section.text for section in plan.sections)


async def test_cancelling_stops_the_model(desk: WritingDesk, model: ScriptedModel) -> None:
    reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    never: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def pause() -> "asyncio.Future[None]":
        if model.asked[Purpose.SCENE] < 2:
            return _done()
        reached.set_result(None)
        return never

    model.pause = pause
    await desk.generate()
    writing = asyncio.create_task(desk.write())
    await reached
    await desk.do(CancelGeneration(command_id="cancel", chapter_id=CHAPTER_ID))
    await writing
    assert never.cancelled()
    chapter = await desk.chapter()
    assert chapter.status is Status.CANCELLED
    assert (await desk.types())[-2:] == ["SceneWritten", "GenerationCancelled"]
    assert [(each.purpose, each.calls) for each in (await desk.costs()).unknown] == [
        (Purpose.SCENE, 1)
    ]


async def test_an_attempt_that_is_replaced_ends_the_run(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    """The next one has its own event, and its own run."""
    never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def pause() -> "asyncio.Future[None]":
        if not reached.done():
            reached.set_result(None)
        return never

    model.pause = pause
    await put_text(desk, "Mara lit the lamp.")
    writing = asyncio.create_task(desk.write())
    await reached
    await put_text(desk, "Mara put out the lamp.")
    await writing
    chapter = await desk.chapter()
    assert (chapter.status, chapter.attempt) == (Status.CHECKING, 2)
    model.pause = None
    await desk.write()
    assert (await desk.chapter()).status is Status.PENDING_REVIEW


async def test_a_project_that_goes_stops_the_work(desk: WritingDesk, model: ScriptedModel) -> None:
    await desk.generate()
    await desk.do(DeleteProject(command_id="delete"))
    await desk.write()
    assert model.calls == 0


async def test_a_chapter_that_is_at_rest_is_left_alone(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    await desk.generate()
    await desk.write()
    before, calls = await desk.recorded(), model.calls
    await desk.write()
    assert (await desk.recorded(), model.calls) == (before, calls)


async def put_text(desk: WritingDesk, text: str, chapter_id: str = CHAPTER_ID) -> None:
    ref = await desk.writer().texts.put(desk.project_id, text)
    await desk.do(
        PutChapterText(command_id=f"put-{chapter_id}-{ref.sha256}", chapter_id=chapter_id, text=ref)
    )


async def verdict_of(desk: WritingDesk) -> Verdict:
    """The newest verdict."""
    verdicts = [each for each in await desk.events() if isinstance(each, CoherenceValidated)]
    return verdicts[-1].verdict


def _done() -> "asyncio.Future[None]":
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done
