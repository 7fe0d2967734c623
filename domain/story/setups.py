"""Setups: what a story has promised, from the planting to the payoff."""

import re
from enum import StrEnum

from pydantic import Field

from domain.book import Frozen
from domain.story.facts import Source

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


class SetupStatus(StrEnum):
    """Where a setup stands."""

    PLANTED = "planted"
    PROGRESSING = "progressing"
    PAID_OFF = "paid_off"
    ABANDONED = "abandoned"
    OVERDUE = "overdue"


class Setup(Frozen):
    """Something that was promised: a gun on the wall, an oath, a secret, a locked box.

    `subject` names who or what it is about, `kind` is a stable word such as `object`, `promise`,
    `secret`, `threat` or `question`; `due` is the chapter by which it should have paid off.
    """

    setup_id: str
    kind: str
    subject: str
    text: str
    planted: Source
    status: SetupStatus = SetupStatus.PLANTED
    progress: tuple[Source, ...] = ()
    due: int | None = Field(default=None, ge=1)


def setup_id(kind: str, subject: str) -> str:
    """What a setup is known by: the same subject in a later chapter is the same setup."""
    return f"{kind}:{'-'.join(_WORD.findall(subject.lower()))}"
