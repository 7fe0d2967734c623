"""The states that last for a time, by the lists of words that tell of them."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.story.coherence.consistency.places.geography import KIND as WHERE

WHEN = "time_and_age"


class State(NamedTuple):
    """A kind of state: the lists of how it begins, what goes against it, what ends it, and what
    else may explain it; for how many days it lasts, as far as nothing is said; whether the words
    of a scene tell alone that it is elsewhere; whether the story stays behind, so that there is no
    such state where it goes with them."""

    begins: str
    against: str
    ends: tuple[str, ...]
    besides: tuple[str, ...]
    kind: str
    days: int
    says: str
    alone: bool = False
    left_behind: bool = False


STATES: Sequence[State] = (
    State(
        "gone_far",
        "in_person",
        ("freed", "homeward", "came_back"),
        ("by_wire", "far_words", "held_words", "aboard_words"),
        WHERE,
        60,
        "is not here",
        left_behind=True,
    ),
    State(
        "held",
        "in_person",
        ("freed", "released"),
        ("by_wire", "far_words", "held_words"),
        WHERE,
        21,
        "is not here",
        alone=True,
    ),
    State(
        "seen_off",
        "in_person",
        ("freed", "homeward", "came_back"),
        ("by_wire", "far_words", "aboard_words"),
        WHERE,
        2,
        "is not here",
        left_behind=True,
    ),
    State(
        "bed_kept",
        "in_person",
        ("recovered", "healed"),
        ("by_wire", "far_words", "bed_words"),
        WHERE,
        21,
        "is in bed",
    ),
    State("legs_out", "legs_used", ("healed",), ("aids", "by_wire"), WHEN, 14, "cannot walk yet"),
    State("arm_out", "arm_used", ("healed",), ("by_wire",), WHEN, 14, "cannot use both arms yet"),
    State("hair_off", "hair_long", ("healed", "wigs"), ("by_wire",), WHEN, 60, "has short hair"),
)
