"""From a model's answers to what the story knows: only what is quoted verbatim."""

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from domain.story.coherence.verdict import Evidence, Finding
from domain.story.facts import Fact, Source, Standing, StoryTime
from domain.story.prompts.answers import Beat, Extracted, MoreFindings, Plan
from domain.story.prompts.material import ReviewMaterial
from domain.story.reading import ChapterText
from domain.story.setups import Setup, setup_id

MOST = 500
"""Of each kind, from one answer."""

MOST_BEATS = 60
_WHAT, _NAME, _CHARACTERS = 4000, 200, 50  # the longest and most of a beat


def verified_facts(extracted: Extracted, chapter: ChapterText) -> tuple[Fact, ...]:
    """The facts whose quotes are in the chapter, in order; malformed ones are left out."""
    return tuple(_facts(extracted, chapter))


def _facts(extracted: Extracted, chapter: ChapterText) -> Iterator[Fact]:
    for each in extracted.facts[:MOST]:
        quote = each.quote.strip()
        if not _quoted(quote, chapter.text):
            continue
        believer = (each.believer or "").strip() or None
        try:
            yield Fact(
                subject=each.subject.strip(),
                predicate=each.predicate.strip().lower().replace(" ", "_"),
                object=each.object.strip(),
                since=StoryTime(chapter.number),
                standing=Standing.BELIEF if believer else Standing.INFERRED,
                believer=believer,
                source=Source(chapter=chapter.number, quote=quote),
            )
        except ValidationError:
            continue


def verified_setups(extracted: Extracted, chapter: ChapterText) -> tuple[Setup, ...]:
    """The setups whose quotes are in the chapter, in order; malformed ones are left out."""
    return tuple(_setups(extracted, chapter))


def _setups(extracted: Extracted, chapter: ChapterText) -> Iterator[Setup]:
    for each in extracted.setups[:MOST]:
        quote = each.quote.strip()
        kind, subject = each.kind.strip().lower(), each.subject.strip()
        if not _quoted(quote, chapter.text) or not subject:
            continue
        try:
            yield Setup(
                setup_id=setup_id(kind, subject),
                kind=kind,
                subject=subject,
                text=each.text.strip(),
                planted=Source(chapter=chapter.number, quote=quote),
            )
        except ValidationError:
            continue


def verified_findings(
    more: MoreFindings, material: ReviewMaterial, analyser: str
) -> tuple[Finding, ...]:
    """The findings of which both quotes are where they are said to be."""
    sources = {passage.source: passage.text for passage in material.sources}
    return tuple(
        Finding(
            analyser=analyser,
            kind=each.kind.strip().lower(),
            severity=each.severity,
            message=each.message.strip(),
            evidence=(
                Evidence(source="draft", quote=each.draft_quote.strip()),
                Evidence(source=each.source, quote=each.source_quote.strip()),
            ),
        )
        for each in more.findings[:MOST]
        if _quoted(each.draft_quote.strip(), material.draft.text)
        and _quoted(each.source_quote.strip(), sources.get(each.source, ""))
    )


def _quoted(quote: str, text: str) -> bool:
    return bool(quote) and quote in text


def fitted_beats(plan: Plan, target_word_count: int) -> tuple[Beat, ...]:
    """The plan's beats, their words brought to the chapter's; empty ones are left out.

    Empty when the plan holds no usable beat.
    """
    planned = [beat for beat in plan.beats if beat.what.strip()][:MOST_BEATS]
    weights = [min(max(beat.words, 1), target_word_count) for beat in planned]
    return tuple(
        Beat(
            title=beat.title.strip()[:_NAME],
            what=beat.what.strip()[:_WHAT],
            place=(beat.place or "").strip()[:_NAME] or None,
            characters=tuple(
                name.strip()[:_NAME] for name in beat.characters[:_CHARACTERS] if name.strip()
            ),
            words=share,
        )
        for beat, share in zip(planned, _shares(weights, target_word_count), strict=True)
    )


def _shares(weights: Sequence[int], target: int) -> Iterator[int]:
    """What each gets in proportion; roundings are carried on, so that the sum is exact."""
    total, before = sum(weights), 0
    for weight in weights:
        after = before + weight
        yield max(round(target * after / total) - round(target * before / total), 1)
        before = after
