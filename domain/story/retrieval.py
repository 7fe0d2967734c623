"""Retrieval: what several ways of searching have found becomes one list.

Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009): whoever found a passage at rank
r adds 1 / (60 + r) to its score, so that scores of different kinds need not be compared.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from domain.story.passages import Passage

MOST_NAMED = 500
"""Most passages that are given because they mention a name, beyond the limit asked for."""

_DAMPING = 60


class Channel(StrEnum):
    """A way of searching."""

    NAMES = "names"
    KEYWORDS = "keywords"
    VECTORS = "vectors"
    GRAPH = "graph"


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found, and by which channels at which rank, from 1."""

    passage: Passage
    score: float
    ranks: Mapping[Channel, int]


def fuse(rankings: Mapping[Channel, Iterable[Passage]], limit: int) -> list[Found]:
    """The best `limit` passages of all channels, the best first; then the rest of those that
    mention a name asked for, as these are never left out for want of a good score.

    Equal scores: the better single rank, then story order, then the passage's id decides.
    """
    passages: dict[str, Passage] = {}
    ranks: dict[str, dict[Channel, int]] = {}
    for channel in Channel:
        for rank, passage in enumerate(rankings.get(channel, ()), 1):
            passages.setdefault(passage.passage_id, passage)
            ranks.setdefault(passage.passage_id, {}).setdefault(channel, rank)
    scores = {
        each: sum(1 / (_DAMPING + rank) for rank in by.values()) for each, by in ranks.items()
    }

    def order(passage_id: str) -> tuple[float, int, int, str]:
        best = min(ranks[passage_id].values())
        return -scores[passage_id], best, passages[passage_id].chapter, passage_id

    in_order = sorted(ranks, key=order)
    named = (each for each in in_order[limit:] if Channel.NAMES in ranks[each])
    return [
        Found(passage=passages[each], score=scores[each], ranks=ranks[each])
        for each in (*in_order[:limit], *islice(named, MOST_NAMED))
    ]
