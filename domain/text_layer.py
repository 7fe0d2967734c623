"""Does a page's own text deserve to be kept? Judged by content, not by length.

Garbage layers come from fonts without a Unicode map (replacement characters, private use,
control codes), from subset fonts whose codes are shifted (letters without vowels) and from old
recognition hidden under the page image.
"""

import re
import unicodedata
from collections import Counter
from typing import NamedTuple

from domain.book import PageMethod, PageSignals, TextMode

READABLE_ENOUGH = 0.7
HIDDEN_TOO_MUCH = 0.5
COVERING_IMAGE = 0.5
FEW_CHARACTERS = 200
_CID = re.compile(r"\(cid:\d+\)")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]+")
_VOWELS = frozenset("aeiouyæœ")
_JUDGED_FROM_LETTERS = 40
_MEANINGFUL_SHARE = 0.4
_LEADER = re.compile(r"([.·_*=~-])(?: ?\1){2,}")
_UNREADABLE = ("Cc", "Co", "Cn", "Cs")


class Decision(NamedTuple):
    """How to read a page, and why."""

    method: PageMethod
    reason: str


def readable_share(text: str) -> float:
    """Share of `text` that looks like language, from 0 to 1; 1 for no text.

    A character counts against the text when it stands for no known letter. The text counts as
    unreadable whole when it is mostly signs, or when its Latin letters are not mixed with vowels
    as in any Latin-script language (25 to 65 %): then its letters are codes.
    """
    plain = _LEADER.sub("", _CID.sub("\ufffd", text))
    kinds = Counter(unicodedata.category(char) for char in plain if not char.isspace())
    visible = kinds.total()
    if not visible:
        return 1.0
    unknown = plain.count("\ufffd") + sum(kinds[kind] for kind in _UNREADABLE)
    meaningful = sum(count for kind, count in kinds.items() if kind[0] in "LNM")
    if meaningful < _MEANINGFUL_SHARE * visible or _is_coded(plain):
        return 0.0
    return 1 - unknown / visible


def _is_coded(text: str) -> bool:
    words = _LATIN_WORD.findall(text)
    # All-capital words are skipped: codes, roman numerals and acronyms have few vowels.
    letters = "".join(word for word in words if not word.isupper())
    if len(letters) < _JUDGED_FROM_LETTERS:
        return False
    bare = unicodedata.normalize("NFD", letters.lower())
    base_letters = [char for char in bare if char.isalpha()]
    vowels = sum(char in _VOWELS for char in base_letters)
    return not 0.25 <= vowels / len(base_letters) <= 0.65


def decide(mode: TextMode, seen: PageSignals) -> Decision:
    """Choose how a page is read from what was `seen` on it and what the reader asked for."""
    if mode is TextMode.NATIVE:
        return Decision(PageMethod.NATIVE, "only the text layer was asked for")
    if seen.characters == 0:
        return Decision(PageMethod.OCR, "no text layer")
    if mode is TextMode.OCR:
        return Decision(PageMethod.REDO, "recognition was asked for")
    if seen.hidden >= HIDDEN_TOO_MUCH:
        return Decision(
            PageMethod.REDO, f"{seen.hidden:.0%} of the text layer is hidden, as by an earlier OCR"
        )
    if seen.readable < READABLE_ENOUGH:
        return Decision(PageMethod.REDO, f"{seen.readable:.0%} of the text layer is readable")
    if seen.image_cover >= COVERING_IMAGE and seen.characters < FEW_CHARACTERS:
        return Decision(
            PageMethod.OCR,
            f"images cover {seen.image_cover:.0%}, with {seen.characters} characters beside them",
        )
    return Decision(PageMethod.NATIVE, f"{seen.readable:.0%} of the text layer is readable")
