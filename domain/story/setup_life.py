"""The life of a setup: planted, carried on, then paid off, abandoned or overdue."""

from collections.abc import Iterable, Sequence

from domain.story.facts import Source
from domain.story.record import ChapterRecord
from domain.story.setups import Setup, SetupStatus

FORGOTTEN_AFTER = 10
"""Chapters without a word after which a setup is overdue, where nothing says when it is due."""

_ENDED = frozenset({SetupStatus.PAID_OFF, SetupStatus.ABANDONED})


def setups_at(records: Iterable[ChapterRecord], chapter: int) -> list[Setup]:
    """All setups as they stand at the end of a chapter, in the order of planting.

    A setup that an approved chapter carries on is the one with its `setup_id`. Where the chapter
    that planted it is not among the records, it is not there.
    """
    found: dict[str, Setup] = {}
    for record in records:
        if record.number > chapter:
            continue
        for met in record.extraction.setups:
            earlier = found.get(met.setup_id)
            if earlier:
                found[met.setup_id] = _carried_on(earlier, met, record.number)
            elif met.planted.chapter in {0, record.number}:
                found[met.setup_id] = met
    return [_judged(setup, chapter) for setup in found.values()]


def open_setups_at(records: Sequence[ChapterRecord], chapter: int) -> list[Setup]:
    """Those of `setups_at` that are neither paid off nor abandoned."""
    return [setup for setup in setups_at(records, chapter) if setup.status not in _ENDED]


def _carried_on(earlier: Setup, met: Setup, chapter: int) -> Setup:
    """A setup after another chapter: that it is met again is progress, a payoff stays."""
    here = [each for each in met.progress if each.chapter == chapter]
    if not here and met.planted.chapter == chapter:
        here = [met.planted]
    news = [each for each in here or [Source(chapter=chapter)] if each not in earlier.progress]
    ended = earlier.status in _ENDED
    status = met.status if met.status in _ENDED else SetupStatus.PROGRESSING
    return earlier.model_copy(
        update={
            "status": earlier.status if ended else status,
            "progress": (*earlier.progress, *news),
            "due": met.due or earlier.due,
        }
    )


def _judged(setup: Setup, chapter: int) -> Setup:
    if setup.status in _ENDED:
        return setup
    last = max(each.chapter for each in (setup.planted, *setup.progress))
    is_late = chapter > setup.due if setup.due else chapter - last >= FORGOTTEN_AFTER
    return setup.model_copy(update={"status": SetupStatus.OVERDUE}) if is_late else setup
