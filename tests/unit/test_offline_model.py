import pytest

from adapters.llm.base import Completion
from adapters.llm.offline import OfflineModel
from domain.errors import AnswerUnusable
from domain.prompt import Prompt, Purpose, Section
from domain.story.coherence.verdict import Evidence
from domain.story.prompts.answers import (
    Adjudication,
    Beat,
    Extracted,
    MoreFindings,
    Plan,
    Ruling,
    Summary,
)
from domain.story.prompts.checking import extract_prompt, pair_prompt, review_prompt
from domain.story.prompts.material import (
    ExtractMaterial,
    PairMaterial,
    PlanMaterial,
    ReviewMaterial,
    SceneMaterial,
)
from domain.story.prompts.verified import verified_facts
from domain.story.prompts.writing import plan_prompt, scene_prompt
from domain.story.reading import ChapterText
from tests.unit.offline_stories import ENGLISH, FRENCH

MODEL = OfflineModel()


def a_scene() -> Prompt:
    beat = Beat(title="", what="Mara waits.", characters=(), place=None, words=120)
    return scene_prompt(
        SceneMaterial(
            language="en", bible=ENGLISH, chapter=1, beat=beat, scene=1, scenes=1, words=120
        )
    )


async def test_every_answer_says_that_it_is_offline_and_free() -> None:
    scene = await MODEL.text(a_scene())
    plan = await MODEL.structured(
        plan_prompt(PlanMaterial(language="en", chapter=1, target_word_count=500)), Plan
    )
    vectors = await MODEL.embed(["the ferry"])
    for answer in (scene, plan, vectors):
        assert answer.origin == MODEL.origin
        assert answer.origin.provider == "offline"
        assert answer.usage.money == 0
        assert answer.usage.estimated
        assert answer.usage.prompt > 0


async def test_a_stream_is_the_text_word_by_word() -> None:
    *pieces, whole = [piece async for piece in MODEL.stream(a_scene())]
    assert isinstance(whole, Completion)
    assert [piece.text.strip() for piece in pieces] == whole.text.split()
    assert whole.text == (await MODEL.text(a_scene())).text


async def test_facts_are_those_of_the_deterministic_reader_with_their_quotes() -> None:
    chapter = ChapterText(number=3, text="Mara's eyes were green. Osric waited by the door.")
    prompt = extract_prompt(ExtractMaterial(language="en", bible=ENGLISH, chapter=chapter))
    extracted = (await MODEL.structured(prompt, Extracted)).value
    facts = verified_facts(extracted, chapter)
    assert ("Mara Quill", "eyes", "green") in [
        (fact.subject, fact.predicate, fact.object) for fact in facts
    ]
    assert len(facts) == len(extracted.facts)


@pytest.mark.parametrize(
    ("language", "word"), [("en", "cannot"), ("fr", "ne peut pas"), ("xx", "cannot")]
)
async def test_it_does_not_pretend_to_judge(language: str, word: str) -> None:
    pair = PairMaterial(
        language=language,
        suspicion="eyes",
        first=Evidence(source="bible", quote="grey eyes"),
        second=Evidence(source="draft", quote="green eyes"),
    )
    ruling = (await MODEL.structured(pair_prompt(pair), Adjudication)).value
    assert ruling.verdict is Ruling.UNSURE
    assert word in ruling.why
    review = ReviewMaterial(language=language, draft=ChapterText(number=1, text="Mara waits."))
    assert (await MODEL.structured(review_prompt(review), MoreFindings)).value.findings == ()


async def test_what_has_no_material_gets_an_extract_that_says_so() -> None:
    prompt = Prompt(
        purpose=Purpose.OTHER,
        system="You are the author.",
        sections=(Section(title="Notes", text="The bell is cracked. The ferry is late."),),
        task="Praise it.",
    )
    text = (await MODEL.text(prompt)).text
    assert text.startswith("Offline extract")
    assert "The bell is cracked." in text
    with pytest.raises(AnswerUnusable, match="Summary"):
        await MODEL.structured(prompt, Summary)


async def test_a_record_of_another_kind_than_the_material_asks_for_is_refused() -> None:
    prompt = plan_prompt(
        PlanMaterial(language="fr", bible=FRENCH, chapter=1, target_word_count=500)
    )
    with pytest.raises(AnswerUnusable, match="Extracted"):
        await MODEL.structured(prompt, Extracted)
