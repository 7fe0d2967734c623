"""What the gate is asked: clean chapters, drafts with one planted error, drafts with a herring."""

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.stories.story import Edit, Story
from domain.story.bible import Bible
from domain.story.reading import ChapterText


@dataclass(frozen=True, slots=True)
class Trial:
    """One draft to be checked. `span` is where the edit's passage is in the text of `source`."""

    story: str
    language: str
    held_out: bool
    bible: Bible
    chapters: tuple[ChapterText, ...]
    draft: ChapterText
    edit: Edit | None = None
    planted: bool = False
    source: str = "draft"
    span: tuple[int, int] = (0, 0)

    def text_of(self, source: str) -> str:
        """The text that evidence is quoted from, empty where there is none such."""
        if source == "draft":
            return self.draft.text
        texts = (each.text for each in self.chapters if source == f"chapter {each.number}")
        return next(texts, "")


def clean_trials(story: Story) -> Iterable[Trial]:
    """Every chapter and the draft, each against what is before it."""
    texts = _numbered(story)
    for at, draft in enumerate(texts):
        yield Trial(story.slug, story.language, story.held_out, story.bible, texts[:at], draft)


def edited_trials(story: Story) -> Iterable[Trial]:
    """A draft for every planted error, then one for every herring."""
    for planted, edits in ((True, story.planted), (False, story.herrings)):
        for edit in edits:
            yield _edited(story, edit, planted)


def _edited(story: Story, edit: Edit, planted: bool) -> Trial:
    texts = list(_numbered(story))
    at = len(texts) - 1 if edit.chapter is None else edit.chapter - 1
    text, start, end = edit.apply(texts[at].text)
    texts[at] = ChapterText(number=texts[at].number, text=text)
    return Trial(
        story.slug,
        story.language,
        story.held_out,
        story.bible,
        tuple(texts[:-1]),
        texts[-1],
        edit,
        planted,
        "draft" if edit.chapter is None else f"chapter {edit.chapter}",
        (start, end),
    )


def _numbered(story: Story) -> tuple[ChapterText, ...]:
    texts = (*story.chapters, story.draft)
    return tuple(ChapterText(number=at, text=text) for at, text in enumerate(texts, start=1))
