from hypothesis import given
from hypothesis import strategies as st

from domain.story.coherence.verdict import Severity
from domain.story.facts import Standing, StoryTime
from domain.story.prompts.answers import (
    Beat,
    Extracted,
    ExtractedFact,
    ExtractedSetup,
    FurtherFinding,
    MoreFindings,
    Plan,
)
from domain.story.prompts.material import Passage, ReviewMaterial
from domain.story.prompts.verified import (
    MOST,
    MOST_BEATS,
    fitted_beats,
    verified_facts,
    verified_findings,
    verified_setups,
)
from domain.story.reading import ChapterText

CHAPTER = ChapterText(number=4, text="Mara's eyes were green. Osric hid the bell.")


def fact(
    quote: str, *, subject: str = "Mara", predicate: str = "eyes", believer: str | None = None
) -> ExtractedFact:
    return ExtractedFact(
        subject=subject, predicate=predicate, object="green", believer=believer, quote=quote
    )


def setup(quote: str, kind: str = "Object", subject: str = "the bell") -> ExtractedSetup:
    return ExtractedSetup(kind=kind, subject=subject, text="The bell is hidden.", quote=quote)


def beat(words: int, what: str = "Mara waits.") -> Beat:
    return Beat(title="x" * 500, what=what, characters=("Mara", " "), place=" ", words=words)


def test_facts_without_their_words_in_the_text_are_dropped() -> None:
    found = verified_facts(
        Extracted(
            facts=(
                fact(" eyes were green "),
                fact("eyes are green"),
                fact(""),
                fact("green", subject=" "),
                fact("green", subject="x" * 300),
            ),
            setups=(),
        ),
        CHAPTER,
    )
    assert [each.source.quote for each in found] == ["eyes were green"]
    assert found[0].since == StoryTime(4)
    assert found[0].source.chapter == 4
    assert found[0].standing is Standing.INFERRED


def test_what_somebody_believes_is_a_belief() -> None:
    belief = fact("green", believer="Osric", predicate="Located In")
    (found,) = verified_facts(Extracted(facts=(belief,), setups=()), CHAPTER)
    assert found.standing is Standing.BELIEF
    assert found.believer == "Osric"
    assert found.predicate == "located_in"


def test_an_answer_is_bounded() -> None:
    many = Extracted(facts=(fact("green"),) * 2000, setups=(setup("bell"),) * 2000)
    assert len(verified_facts(many, CHAPTER)) == MOST
    assert len(verified_setups(many, CHAPTER)) == MOST


def test_setups_without_their_words_in_the_text_are_dropped() -> None:
    found = verified_setups(
        Extracted(
            facts=(),
            setups=(
                setup("Osric hid the bell."),
                setup("Osric hid a bell."),
                setup("bell", "x", ""),
            ),
        ),
        CHAPTER,
    )
    assert [(each.setup_id, each.kind) for each in found] == [("object:the-bell", "object")]


def test_findings_need_both_quotes_where_they_are_said_to_be() -> None:
    def finding(draft_quote: str, source: str, source_quote: str) -> FurtherFinding:
        return FurtherFinding(
            kind="Attribute",
            severity=Severity.BLOCKING,
            message="green or grey",
            draft_quote=draft_quote,
            source=source,
            source_quote=source_quote,
        )

    material = ReviewMaterial(
        language="en",
        sources=(
            Passage(source="bible", text="Mara: eyes: grey"),
            Passage(source="chapter 1", text=""),
        ),
        draft=CHAPTER,
    )
    more = MoreFindings(
        findings=(
            finding("eyes were green", "bible", "eyes: grey"),
            finding("eyes were grey", "bible", "eyes: grey"),
            finding("eyes were green", "bible", "eyes: blue"),
            finding("eyes were green", "chapter 1", "eyes: grey"),
            finding("eyes were green", "elsewhere", ""),
        )
    )
    (found,) = verified_findings(more, material, "model")
    assert found.analyser == "model"
    assert found.kind == "attribute"
    assert [(each.source, each.quote) for each in found.evidence] == [
        ("draft", "eyes were green"),
        ("bible", "eyes: grey"),
    ]


@given(st.lists(st.integers(-5, 10_000), min_size=1, max_size=30), st.integers(100, 20_000))
def test_beats_come_to_the_chapters_words(words: list[int], target: int) -> None:
    fitted = fitted_beats(Plan(beats=tuple(beat(each) for each in words)), target)
    assert len(fitted) == len(words)
    assert abs(sum(each.words for each in fitted) - target) <= len(words)
    assert min(each.words for each in fitted) >= 1


def test_beats_keep_their_proportions_and_bounds() -> None:
    fitted = fitted_beats(Plan(beats=(beat(100), beat(300), beat(5, " "))), 800)
    assert [each.words for each in fitted] == [200, 600]
    assert fitted[0].characters == ("Mara",)
    assert fitted[0].place is None
    assert len(fitted[0].title) == 200
    assert len(fitted_beats(Plan(beats=(beat(1),) * 200), 1000)) == MOST_BEATS
    assert fitted_beats(Plan(beats=()), 1000) == ()
