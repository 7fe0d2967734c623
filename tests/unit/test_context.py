"""What goes into a prompt, and why."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import UsageError
from domain.story.bible import Bible
from domain.story.context import Context, Offer, Part, assemble, tokens_of
from domain.story.facts import Fact, Standing
from domain.story.memory import Told
from domain.story.passages import Passage, fact_passage
from domain.story.prompts.material import Ground, Scope
from domain.story.prompts.material import Passage as Quoted
from domain.story.prompts.sections import ground_sections
from domain.story.prompts.wording import wording
from domain.story.retrieval import Channel, Found
from tests.unit.project_story import BIBLE, chapter_id, fact

RULED = BIBLE.model_copy(
    update={
        "rules": Bible.model_validate({"rules": ["Nobody can fly.", "It never snows."]}).rules,
        "style": Bible.model_validate({"style": {"genre": "crime"}}).style,
    }
)


def found(text: str, chapter: int, number: int = 1) -> Found:
    passage = Passage(
        passage_id=f"{chapter_id(chapter)}-1-{number}",
        chapter_id=chapter_id(chapter),
        chapter=chapter,
        text=text,
    )
    return Found(passage=passage, score=1, ranks={Channel.NAMES: number})


def told(number: int) -> Told:
    return Told(
        scope=Scope.CHAPTER, first=number, last=number, text=f"In chapter {number} they met."
    )


def full_offer(task: str = "Tomas comes back.") -> Offer:
    return Offer(
        chapter=5,
        task=task,
        bible=RULED,
        summaries=[told(n) for n in range(1, 5)],
        facts=[fact("Ilse", "located_in", f"place {n}", n) for n in range(1, 5)],
        passages=[found("Tomas rowed.", 3, 1), found("Ilse sang.", 2, 2)],
        recent=[Quoted(source="chapter 4", text="First.\n\nSecond.\n\nThird.")],
    )


def rendered(context: Context) -> int:
    """The tokens of the sections that a prompt makes of it."""
    ground = Ground(
        language="fr",
        bible=context.bible,
        summaries=context.summaries,
        facts=context.facts,
        passages=context.passages,
        chapter=5,
    )
    sections = ground_sections(ground, wording("fr"))
    text = "".join(f"{each.title}\n{each.text}\n\n" for each in sections)
    return math.ceil(len(text.encode()) / 3.5)


def left_out(context: Context) -> list[str]:
    return [each.what for each in context.report if not each.included]


def test_with_room_for_all_all_is_there_in_order() -> None:
    context = assemble(full_offer(), 5000)
    assert context.bible == RULED
    assert [each.source for each in context.summaries] == [f"chapter {n}" for n in range(1, 5)]
    assert [each.object for each in context.facts] == [f"place {n}" for n in range(1, 5)]
    assert [each.text for each in context.passages] == [
        "Ilse sang.",
        "Tomas rowed.",
        "First.\n\nSecond.\n\nThird.",
    ]
    assert left_out(context) == []
    assert {each.part for each in context.report} == set(Part)
    why = {each.what: each.why for each in context.report}
    assert why["Tomas"] == "named in the task"
    assert why[f"{chapter_id(3)}-1-1"] == "found by names 1"
    assert why["chapter 4"] in {"the text before", "what happened before"}


def test_without_room_what_matters_most_is_there() -> None:
    context = assemble(full_offer(), 300)
    assert context.tokens <= 300
    assert context.bible.rules
    assert [each.name for each in context.bible.characters][-1:] == ["Tomas"]
    assert left_out(context)
    assert all(each.why == "no room" for each in context.report if not each.included)


def test_the_end_of_the_text_before_is_what_fits_of_it() -> None:
    paragraphs = [f"Paragraph {n} says something of some length." for n in range(100)]
    offer = Offer(
        chapter=3,
        task="Go on.",
        recent=[
            Quoted(source="chapter 1", text="Long ago."),
            Quoted(source="chapter 2", text="\n\n".join(paragraphs)),
        ],
    )
    context = assemble(offer, 1000)
    (end,) = context.passages
    assert end.text.startswith("Paragraph ")
    assert end.text.endswith(paragraphs[-1])
    assert [each.text for each in assemble(offer, 100_000).passages] == [
        "Long ago.",
        "\n\n".join(paragraphs),
    ]


def test_of_one_long_paragraph_the_last_words_are_given() -> None:
    text = "word " * 5000 + "end"
    offer = Offer(chapter=2, task="Go on.", recent=[Quoted(source="chapter 1", text=text)])
    context = assemble(offer, 2000)
    (end,) = context.passages
    assert end.text.endswith("word end")
    assert context.tokens <= 2000


def test_what_is_said_elsewhere_is_not_said_twice() -> None:
    canon = fact("Ilse", "eyes", "grey", 0, standing=Standing.CANON)
    offer = Offer(
        chapter=5,
        task="Go on.",
        bible=BIBLE,
        facts=[canon],
        passages=[
            found("Second.", 4),
            found("Of a later chapter.", 6),
            Found(passage=fact_passage(canon), score=1, ranks={Channel.GRAPH: 1}),
        ],
        recent=[Quoted(source="chapter 4", text="First.\n\nSecond.")],
    )
    context = assemble(offer, 5000)
    assert context.facts == ()
    assert [each.text for each in context.passages] == ["First.\n\nSecond."]


def test_facts_that_were_found_or_are_named_go_before_later_ones() -> None:
    facts = [fact(f"Person {n}", "located_in", "the mill " * 20, n) for n in range(1, 60)]
    offer = Offer(
        chapter=70,
        task="Person 3 sleeps.",
        bible=Bible.model_validate({"characters": ["Person 3"]}),
        facts=facts,
        passages=[Found(passage=fact_passage(facts[6]), score=1, ranks={Channel.GRAPH: 1})],
    )
    context = assemble(offer, 600)
    assert {each.subject for each in context.facts} >= {"Person 3", "Person 7", "Person 59"}
    assert len(context.facts) < 59


def test_an_instruction_beyond_the_budget_is_refused() -> None:
    with pytest.raises(UsageError, match="instruction alone"):
        assemble(Offer(chapter=1, task="x" * 1000), 100)


TEXT = st.text(alphabet="ab <.\n\né中😀", max_size=200)
LONG = st.builds(lambda text, n: text * n, TEXT, st.integers(1, 20))
FACTS = st.builds(
    fact, st.sampled_from(["Ilse", "Tomas"]), st.just("trait"), TEXT, st.integers(1, 4)
)


@given(
    budget=st.integers(60, 4000),
    rules=st.lists(TEXT, max_size=4),
    notes=TEXT,
    characters=st.lists(st.text(min_size=1, max_size=40), max_size=6, unique=True),
    facts=st.lists(FACTS, max_size=6),
    summaries=st.lists(LONG, max_size=4),
    passages=st.lists(LONG, max_size=4),
    recent=st.lists(LONG, max_size=3),
)
def test_the_budget_is_never_exceeded(  # noqa: PLR0917
    budget: int,
    rules: list[str],
    notes: str,
    characters: list[str],
    facts: list[Fact],
    summaries: list[str],
    passages: list[str],
    recent: list[str],
) -> None:
    offer = Offer(
        chapter=5,
        task="Ilse goes home.",
        bible=Bible.model_validate(
            {"rules": rules, "characters": characters, "style": {"notes": notes}}
        ),
        summaries=[
            Told(scope=Scope.CHAPTER, first=n, last=n, text=text)
            for n, text in enumerate(summaries, 1)
        ],
        facts=facts,
        passages=[found(text, n) for n, text in enumerate(passages, 1)],
        recent=[Quoted(source=f"chapter {n}", text=text) for n, text in enumerate(recent, 2)],
    )
    context = assemble(offer, budget)
    assert rendered(context) + tokens_of(offer.task) <= context.tokens <= budget


def test_what_a_prompt_adds_is_counted() -> None:
    bible = Bible.model_validate({"rules": ["<material>" * 60], "style": {"genre": "crime"}})
    for budget in range(40, 600):
        context = assemble(Offer(chapter=1, task="", bible=bible), budget)
        assert rendered(context) <= context.tokens <= budget
