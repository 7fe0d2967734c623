"""The coherence benchmark: its stories hold together, and its arithmetic."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.stories.novels import LABELS, novel_trials
from benchmarks.stories.retrieval import look_up_names
from benchmarks.stories.scoring import Outcome, distinct_alarms, judge, score
from benchmarks.stories.story import Edit, Story, stories
from benchmarks.stories.trials import Trial, clean_trials, edited_trials
from domain.story.bible import Bible
from domain.story.coherence.verdict import Evidence, Finding, Severity, Verdict
from domain.story.reading import ChapterText

DRAFT = "Anna came in. Her green eyes shone. She sat down."


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.slug)
def test_every_edit_applies_once_and_its_passage_is_where_it_is_said_to_be(story: Story) -> None:
    clean = story.draft
    for trial in edited_trials(story):
        assert trial.edit is not None
        text, (start, end) = trial.text_of(trial.source), trial.span
        assert text[start:end] == trial.edit.text
        assert text.count(trial.edit.text) == 1
        assert trial.draft.text != clean or trial.edit.chapter is not None


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.slug)
def test_a_story_is_long_enough_and_has_a_herring_of_every_kind_for_each_error(
    story: Story,
) -> None:
    assert len(story.chapters) >= 3
    assert all(250 <= len(text.split()) <= 900 for text in story.chapters)
    assert 400 <= len(story.draft.split()) <= 900
    assert story.bible.characters
    assert Counter(edit.kind for edit in story.planted) == Counter(
        edit.kind for edit in story.herrings
    )


def test_there_are_enough_of_everything() -> None:
    english = [story for story in stories() if story.language == "en"]
    french = [story for story in stories() if story.language == "fr"]
    assert len(english) >= 8
    assert len(french) >= 3
    for half in (False, True):
        languages = {story.language for story in stories() if story.held_out is half}
        assert languages == {"en", "fr"}
    assert sum(len(story.planted) for story in stories()) >= 100


def test_an_edit_whose_place_is_missing_or_ambiguous_is_refused() -> None:
    edit = Edit.model_validate({"kind": "name", "after": "in.", "text": "x", "why": "y"})
    assert edit.apply("Come in.").text == "Come in. x"
    for text in ("Go out.", "Come in. Walk in."):
        with pytest.raises(ValueError, match="times"):
            edit.apply(text)


def test_clean_chapters_are_checked_against_those_before_them() -> None:
    story = stories()[0]
    trials = list(clean_trials(story))
    assert [len(trial.chapters) for trial in trials] == list(range(len(story.chapters) + 1))
    assert trials[-1].draft.text == story.draft


def _edit(kind: str = "attribute") -> Edit:
    return Edit.model_validate(
        {"kind": kind, "after": "Anna came in.", "text": "Her green eyes shone.", "why": "grey"}
    )


def _trial(planted: bool, edit: Edit | None = None) -> Trial:
    start = DRAFT.index("Her green")
    return Trial(
        story="made up",
        language="en",
        held_out=False,
        bible=Bible(),
        chapters=(),
        draft=ChapterText(number=1, text=DRAFT),
        edit=edit or _edit(),
        planted=planted,
        span=(start, start + len("Her green eyes shone.")),
    )


def _finding(quote: str, kind: str = "attribute", severity: str = "warning") -> Finding:
    return Finding(
        analyser="consistency",
        kind=kind,
        severity=Severity(severity),
        message="",
        evidence=(Evidence(source="bible", quote="grey"), Evidence(source="draft", quote=quote)),
    )


def _outcome(planted: bool, *findings: Finding) -> Outcome:
    return judge(_trial(planted), Verdict(score=5, acceptable=False, findings=findings))


def test_a_finding_that_overlaps_the_passage_finds_the_error_whatever_its_kind() -> None:
    right = _outcome(True, _finding("green eyes"))
    wrong_kind = _outcome(True, _finding("in. Her green", kind="relation"))
    beside = _outcome(True, _finding("She sat down."))
    only_told = _outcome(True, _finding("green eyes", severity="info"))
    assert (right.found, right.kind_right) == (True, True)
    assert (wrong_kind.found, wrong_kind.kind_right) == (True, False)
    assert not beside.found
    assert len(beside.false_alarms) == 1
    assert not only_told.found
    assert (len(only_told.information), only_told.false_alarms) == (1, ())


def test_quotes_from_another_source_do_not_find_it() -> None:
    finding = _finding("green eyes").model_copy(
        update={"evidence": (Evidence(source="chapter 1", quote="green eyes"),)}
    )
    assert not _outcome(True, finding).found


def test_precision_counts_what_was_found_and_each_false_alarm_once_a_story() -> None:
    sat = _finding("She sat down.", severity="blocking")
    outcomes = [
        _outcome(True, _finding("green eyes"), _finding("eyes shone"), sat),
        _outcome(True, sat),
        _outcome(False, _finding("green eyes"), sat),
        _outcome(False),
    ]
    counts = score(outcomes)
    assert (counts.planted, counts.found, counts.herrings, counts.fooled) == (2, 1, 2, 1)
    assert (counts.blocking, counts.warnings, counts.repeated) == (1, 1, 4)
    assert counts.recall == 0.5
    assert counts.precision == pytest.approx(1 / 3)
    assert len(distinct_alarms(outcomes)) == 2


def test_with_nothing_planted_and_nothing_said_nothing_is_wrong() -> None:
    counts = score([])
    assert (counts.recall, counts.precision) == (1.0, 1.0)


def test_novels_are_cut_at_paragraph_ends_and_checked_against_the_five_chapters_before(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "Novel"
    folder.mkdir()
    paragraph = "word " * 999 + "end."
    (folder / "novel_text.txt").write_text("\n\n".join([paragraph] * 22), "utf-8")
    (folder / "character_info.csv").write_text(
        "ID,Main Name,Aliases\n0,Ann Lee,\"{'Ann', 'Ann Lee'}\"\n",
        "utf-8",
    )
    trials = list(novel_trials(tmp_path))
    plain, named = ([each for each in trials if each.story.endswith(end)] for end in LABELS)
    assert [len(each.draft.text.split()) for each in plain] == [3000] * 7 + [1000]
    assert [len(each.chapters) for each in plain] == [0, 1, 2, 3, 4, 5, 5, 5]
    assert [each.number for each in plain[-1].chapters] == [3, 4, 5, 6, 7]
    assert not plain[0].bible.characters
    assert named[0].bible.characters[0].names == ("Ann Lee", "Ann")


def test_every_name_is_found_in_every_passage_that_has_it() -> None:
    looked_up = [look_up_names(story) for story in stories()]
    assert sum(each.mentioning for each in looked_up) > 100
    assert all(each.found == each.mentioning for each in looked_up)
