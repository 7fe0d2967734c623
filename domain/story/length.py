"""How long a chapter gets: what each scene is asked for, and where one that is too long ends."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.story.text.sentences import paragraphs, sentences

TOLERANCE = 0.15
"""How far a chapter's words may be from those asked for."""

_AIM = 0.12  # kept by the last scene, so that breaks between scenes and roundings have room
_SLACK = 0.3  # of a scene that others follow, for they make up for it


class Room(NamedTuple):
    """Words of a scene: `share` is asked for, `least` to `most` are taken as they come."""

    share: int
    least: int
    most: int


def count_words(text: str) -> int:
    """Words as they are counted everywhere here: what stands between white space."""
    return len(text.split())


def room_for(target: int, written: int, weights: Sequence[int]) -> Room:
    """The room of the next scene, when `written` words of the chapter's `target` are there.

    `weights` are those of the next scene and all after it. Whatever the scenes before came to, a
    chapter whose scenes keep to their rooms keeps to its target.
    """
    left = max(target - written, 1)
    if len(weights) == 1:
        most = max(int(target * (1 + _AIM)) - written, 1)
        least = max(int(target * (1 - _AIM)) - written, 0)
        return Room(min(left, most), least, most)
    share = max(left * weights[0] // max(sum(weights), 1), 1)
    others = len(weights) - 1  # of which each takes a word at least
    most = max(min(int(share * (1 + _SLACK)), int(target * (1 + _AIM)) - written - others), 1)
    return Room(min(share, most), int(min(share, most) * (1 - _SLACK)), most)


def shortened(text: str, room: Room, abbreviations: frozenset[str]) -> str:
    """The beginning of a text that is too long, to the end of the last sentence there is room for.

    Where that leaves too little it breaks off in the middle of a sentence.
    """
    if count_words(text) <= room.most:
        return text
    end = words = 0
    for paragraph in paragraphs(text):
        for sentence in sentences(text, paragraph, abbreviations):
            words += count_words(sentence.of(text))
            if words > room.most:
                break
            end = sentence.end
        else:
            continue
        break
    kept = text[:end].rstrip()
    if count_words(kept) >= room.least and kept:
        return kept
    rest = text.split(maxsplit=room.most)
    cut = text[: len(text) - len(rest[-1])] if len(rest) > room.most else text
    return cut.rstrip(" ,;:-–—\n\t") + "…"
