"""What a story has established, and when."""

import pytest

from domain.entities.project import PROJECT
from domain.entities.project.answers import ChapterDetails, Facts, Outline, Setups, SummaryList
from domain.entities.project.commands import RejectChapter
from domain.entities.project.queries import (
    ChapterList,
    CharacterSheet,
    FactsAt,
    KnownBy,
    OneChapter,
    OpenSetups,
    Summaries,
    Timeline,
    WholeProject,
)
from domain.entity import Query
from domain.errors import CommandRefused
from domain.story.bible import Bible
from domain.story.facts import Fact, Source, Standing, StoryTime
from domain.story.memory import Memory, end_of
from domain.story.prompts.material import Scope
from domain.story.record import ChapterRecord, Extraction
from domain.story.setups import Setup, SetupStatus
from tests.unit.project_story import BIBLE, CREATE, Project, chapter_id, fact, finding, planted


def memory(*chapters: tuple[Fact, ...], bible: Bible = BIBLE) -> Memory:
    """Chapter 1 states the first facts, and so on."""
    return Memory(bible, [record(n, facts) for n, facts in enumerate(chapters, 1)])


def record(
    number: int,
    facts: tuple[Fact, ...] = (),
    setups: tuple[Setup, ...] = (),
    scenes: tuple[tuple[str, ...], ...] = (),
    summary: str = "",
) -> ChapterRecord:
    return ChapterRecord(
        chapter_id=chapter_id(number),
        number=number,
        revision=1,
        extraction=Extraction(facts=facts, setups=setups, scenes=scenes, summary=summary),
    )


def objects(found: list[Fact], predicate: str) -> list[str]:
    return [each.object for each in found if each.predicate == predicate]


def test_a_later_place_ends_the_earlier_one() -> None:
    story = memory(
        (fact("Ilse", "located_in", "the mill", 1),),
        (),
        (
            fact("ILSE BRANDT", "located_in", "the ford", 3, 1),
            fact("Ilse", "located_in", "the inn", 3, 3),
        ),
    )
    places = [objects(story.facts_at(end_of(n), "Ilse"), "located_in") for n in range(5)]
    assert places == [[], ["the mill"], ["the mill"], ["the inn"], ["the inn"]]
    assert objects(story.facts_at(StoryTime(3, 2), "ilse"), "located_in") == ["the ford"]
    assert [each.until for each in story.sheet("Ilse").facts if each.predicate != "eyes"] == [
        StoryTime(3, 1),
        StoryTime(3, 3),
        None,
    ]


def test_of_two_statements_in_one_place_the_later_told_holds() -> None:
    story = memory((fact("Ilse", "age", "30", 1), fact("Ilse", "age", "31", 1)))
    assert objects(story.facts_at(end_of(1)), "age") == ["31"]


def test_who_is_dead_stays_dead() -> None:
    story = memory(
        (fact("Tomas", "alive", "yes", 1),),
        (fact("Tomas", "alive", "no", 2),),
        (fact("Tomas", "alive", "yes", 3),),
    )
    living = [objects(story.facts_at(end_of(n)), "alive") for n in (1, 2, 3)]
    assert living == [["yes"], ["no"], ["no"]]


def test_canon_about_what_never_changes_stands() -> None:
    story = memory((fact("Ilse", "eyes", "brown", 1), fact("Tomas", "eyes", "blue", 1)))
    assert objects(story.facts_at(end_of(1)), "eyes") == ["grey", "blue"]


def test_canon_about_what_changes_is_where_the_story_begins() -> None:
    bible = Bible.model_validate(
        {"facts": [{"subject": "Ilse", "predicate": "located_in", "object": "the inn"}]}
    )
    story = memory((fact("Ilse", "located_in", "the mill", 1),), bible=bible)
    assert objects(story.facts_at(end_of(0)), "located_in") == ["the inn"]
    assert objects(story.facts_at(end_of(1)), "located_in") == ["the mill"]


def test_a_thing_of_the_bible_has_one_owner_other_things_have_many() -> None:
    story = memory(
        (fact("Ilse", "possesses", "the lamp", 1), fact("Ilse", "possesses", "a coat", 1)),
        (fact("Tomas", "possesses", "The Lamp", 2), fact("Tomas", "possesses", "a coat", 2)),
    )
    assert objects(story.facts_at(end_of(2), "Ilse"), "possesses") == ["a coat"]
    assert objects(story.facts_at(end_of(2), "Tomas"), "possesses") == ["the lamp", "a coat"]


def test_what_is_said_again_is_one_fact_until_it_has_ended() -> None:
    here = [fact("Ilse", "located_in", "the mill", n) for n in (1, 2, 4)]
    away = fact("Ilse", "located_in", "the ford", 3)
    story = memory((here[0],), (here[1],), (away,), (here[2],))
    assert objects(list(story.facts), "located_in") == ["the mill", "the ford", "the mill"]


def test_unknown_predicates_have_many_values() -> None:
    story = memory((fact("Ilse", "fears", "fire", 1),), (fact("Ilse", "fears", "water", 2),))
    assert objects(story.facts_at(end_of(2)), "fears") == ["fire", "water"]


def test_a_fact_ends_when_it_says_so() -> None:
    story = memory((fact("Ilse", "possesses", "a coat", 1, until=StoryTime(3)),))
    assert [len(story.facts_at(end_of(n), "Ilse")) for n in (2, 3)] == [2, 1]


def test_beliefs_are_no_truths() -> None:
    belief = fact("Ilse", "located_in", "the ford", 1, standing=Standing.BELIEF, believer="tomas")
    story = memory((fact("Ilse", "located_in", "the mill", 1), belief))
    assert objects(story.facts_at(end_of(1)), "located_in") == ["the mill"]
    assert [each.object for each in story.beliefs_at(end_of(1), "Tomas")] == ["the ford"]
    assert story.beliefs_at(end_of(1), "Ilse") == story.beliefs_at(end_of(0)) == []


def test_the_bible_states_facts() -> None:
    bible = Bible.model_validate(
        {
            "characters": [{"name": "Ilse", "attributes": {"Eyes": "grey", "shoe size": 39}}],
            "rules": ["Nobody can fly."],
            "facts": [
                "The bridge burnt before Ilse was born.",
                {"subject": "The bridge", "predicate": "is", "object": "gone", "since": 2},
                "Nothing ever happens here.",
            ],
        }
    )
    facts = [(each.subject, each.predicate, each.object) for each in memory(bible=bible).facts]
    assert facts == [
        ("Ilse", "eyes", "grey"),
        ("Ilse", "is", "shoe size: 39"),
        ("world", "rule", "Nobody can fly."),
        ("Ilse", "states", "The bridge burnt before Ilse was born."),
        ("world", "states", "Nothing ever happens here."),
        ("The bridge", "is", "gone"),
    ]
    assert {each.standing for each in memory(bible=bible).facts} == {Standing.CANON}


def test_a_character_knows_what_they_were_there_for() -> None:
    seen = fact("the lamp", "located_in", "the mill", 2, 1)
    unseen = fact("the lamp", "located_in", "the ford", 2, 2)
    told = fact("Tomas", "knows", "the lamp is gone", 3, 1)
    story = Memory(
        BIBLE,
        [
            record(2, (seen, unseen), scenes=(("Ilse", "Tomas"), ("Ilse",))),
            record(3, (told,), scenes=(("Tomas",),)),
        ],
    )
    ilse, tomas = (story.known_by(name, end_of(2)) for name in ("ilse", "Tomas"))
    assert objects(list(ilse.facts), "located_in") == ["the ford"]
    assert objects(list(tomas.facts), "located_in") == []
    assert objects(list(tomas.outdated), "located_in") == ["the mill"]
    assert story.known_by("Tomas", StoryTime(2)).outdated == ()
    assert objects(list(story.known_by("Tomas", end_of(3)).facts), "knows") == ["the lamp is gone"]
    assert objects(list(story.known_by("Ilse", end_of(3)).facts), "knows") == []


def test_a_character_learns_what_was_long_so_when_it_is_told() -> None:
    past = fact("Tomas", "birthplace", "the ford", 1, source=Source(chapter=5))
    story = Memory(BIBLE, [record(5, (past,), scenes=(("Ilse",),))])
    assert objects(list(story.known_by("Ilse", end_of(4)).facts), "birthplace") == []
    assert objects(list(story.known_by("Ilse", end_of(5)).facts), "birthplace") == ["the ford"]


def test_canon_is_known_to_all_unless_it_says_to_whom() -> None:
    bible = Bible.model_validate(
        {
            "characters": [{"name": "Ilse", "aliases": ["the miller"]}, "Tomas"],
            "facts": [
                {"subject": "Tomas", "predicate": "is", "object": "heir", "known_by": ["Miller"]},
                {
                    "subject": "Tomas",
                    "predicate": "is",
                    "object": "king",
                    "known_by": ["the miller"],
                },
                {"subject": "Tomas", "predicate": "is", "object": "tall"},
            ],
        }
    )
    story = memory(bible=bible)
    assert objects(list(story.known_by("Ilse", end_of(1)).facts), "is") == ["king", "tall"]
    assert objects(list(story.known_by("Tomas", end_of(1)).facts), "is") == ["tall"]


def test_the_life_of_a_setup() -> None:
    records = [
        record(1, setups=(planted("gun", 1, due=20), planted("oath", 1), planted("lie", 1))),
        record(3, setups=(planted("gun", 3),)),
        record(
            5,
            setups=(
                planted(
                    "gun",
                    1,
                    status=SetupStatus.PAID_OFF,
                    progress=(Source(chapter=5, quote="it went off"),),
                ),
            ),
        ),
        record(6, setups=(planted("gun", 6), planted("lie", 1, status=SetupStatus.ABANDONED))),
    ]
    story = Memory(BIBLE, records)

    def status(chapter: int) -> dict[str, str]:
        return {each.setup_id: each.status.value for each in story.setups_at(chapter)}

    assert status(0) == {}
    assert status(1) == {"gun": "planted", "oath": "planted", "lie": "planted"}
    assert status(3)["gun"] == "progressing"
    assert status(5)["gun"] == status(6)["gun"] == "paid_off"
    assert status(10)["oath"] == "planted"
    assert status(11)["oath"] == "overdue"
    assert status(11)["lie"] == "abandoned"
    assert [each.setup_id for each in story.open_setups_at(11)] == ["oath"]
    gun = story.setups_at(6)[0]
    assert [(each.chapter, each.quote) for each in gun.progress] == [
        (3, "a gun"),
        (5, "it went off"),
        (6, "a gun"),
    ]


def test_a_setup_is_overdue_after_the_chapter_it_was_due_in() -> None:
    story = Memory(BIBLE, [record(1, setups=(planted("gun", 1, due=3),))])
    assert [story.setups_at(n)[0].status.value for n in (3, 4)] == ["planted", "overdue"]


def test_a_payoff_without_its_planting_is_no_setup() -> None:
    paid = planted("gun", 1, status=SetupStatus.PAID_OFF)
    assert Memory(BIBLE, [record(5, setups=(paid,))]).setups_at(9) == []


def test_summaries_of_chapters_parts_and_the_book() -> None:
    long = "It rained. " * 300
    story = Memory(BIBLE, [record(n, summary=f"Chapter {n}. {long}") for n in range(1, 25)])
    parts = story.summaries(scope=Scope.PART)
    assert [(part.first, part.last) for part in parts] == [(1, 10), (11, 20), (21, 24)]
    assert all(len(part.text) <= 2500 + 9 for part in parts)
    assert all(f"Chapter {n}." in parts[0].text for n in range(1, 11))
    (book,) = story.summaries(12, scope=Scope.BOOK)
    assert (book.first, book.last) == (1, 12)
    assert [(told.first, told.last) for told in story.so_far(24)] == [
        (1, 10),
        *((n, n) for n in range(11, 24)),
    ]
    assert story.so_far(1) == Memory(BIBLE, []).summaries(scope=Scope.BOOK) == []


def ask(project: Project, query: Query) -> object:
    return PROJECT.answer(project.state, query)


@pytest.fixture
def told() -> Project:
    project = Project(CREATE)
    project.add(1, "One.", fact("Ilse", "located_in", "the mill", 1), setups=(planted("gun", 1),))
    project.add(3, "Three.", fact("Ilse", "located_in", "the ford", 3))
    return project


def test_a_project_answers_from_its_memory(told: Project) -> None:
    facts = ask(told, FactsAt(chapter=1, subject="ilse"))
    assert isinstance(facts, Facts)
    assert objects(list(facts.facts), "located_in") == ["the mill"]
    now = ask(told, FactsAt())
    assert isinstance(now, Facts)
    assert objects(list(now.facts), "located_in") == ["the ford"]
    open_setups = ask(told, OpenSetups())
    assert isinstance(open_setups, Setups)
    assert [each.status.value for each in open_setups.setups] == ["planted"]
    summaries = ask(told, Summaries(chapter=2))
    assert isinstance(summaries, SummaryList)
    assert [each.text for each in summaries.summaries] == ["Chapter 1 in short."]
    assert ask(told, WholeProject()) is told.state
    for query in (KnownBy(character="Ilse"), CharacterSheet(name="Ilse"), Timeline()):
        assert "the ford" in str(ask(told, query))


def test_a_project_lists_its_chapters(told: Project) -> None:
    told.write(2, "Two.")
    outline = ask(told, ChapterList())
    assert isinstance(outline, Outline)
    assert [(each.number, each.status.value, each.approved) for each in outline.chapters] == [
        (1, "approved", 1),
        (2, "checking", None),
        (3, "approved", 1),
    ]


def test_one_chapter_is_told_with_its_findings(told: Project) -> None:
    told.write(2, "Two.")
    told.read(2)
    told.judge(2, finding())
    details = ask(told, OneChapter(number=2))
    assert isinstance(details, ChapterDetails)
    assert details == ask(told, OneChapter(chapter_id=chapter_id(2)))
    assert [each.finding_id for each in details.findings] == [finding().finding_id]
    assert (details.chapter.score, details.chapter.acceptable) == (6.0, False)
    for query in (OneChapter(number=9), OneChapter(), Query()):
        with pytest.raises(CommandRefused):
            ask(told, query)


def test_a_state_of_an_earlier_version_is_a_replay(told: Project) -> None:
    until = len(told.happened)
    told.send(RejectChapter(command_id="r", chapter_id=chapter_id(1)))
    earlier = PROJECT.replay(told.happened[:until])
    assert objects(earlier.memory.facts_at(end_of(1)), "located_in") == ["the mill"]
    assert objects(told.state.memory.facts_at(end_of(1)), "located_in") == []


def test_a_long_novel_fits_into_a_snapshot() -> None:
    project = Project(CREATE)
    for chapter in range(1, 201):
        facts = [fact(f"Person {n}", "located_in", f"place {chapter}", chapter) for n in range(30)]
        project.add(chapter, f"Chapter {chapter}.", *facts)
    assert len(project.state.model_dump_json()) < 3_000_000
    assert len(project.state.memory.facts_at(end_of(200))) == 30 + 1  # and the bible's
