"""Does a page's own text deserve to be kept? Judged by content, not by length.

Garbage layers come from fonts without a Unicode map (replacement characters, private use,
control codes), from subset fonts whose codes are shifted (letters without vowels) and from old
recognition hidden under the page image.
"""

import re
import unicodedata
from typing import NamedTuple

from domain.book import PageMethod, PageSignals, TextMode

READABLE_ENOUGH = 0.7
HIDDEN_TOO_MUCH = 0.5
COVERING_IMAGE = 0.5
FEW_CHARACTERS = 200
_CID = re.compile(r"\(cid:\d+\)")
_LEADER = re.compile(r"([.·_*=~…‥․•–—-])(?: ?\1){2,}")
_UNKNOWN = re.compile("[\ufffd\0-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\U000f0000-\U0010ffff]")
_SPACE = re.compile(r"\s+")
_SIGNS = re.compile(r"[\W_]+")
_MEANINGFUL_SHARE = 0.4
_MIXED_CASE_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]*[a-zß-öø-ÿ][A-Za-zÀ-ÖØ-öø-ɏ]*")
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]+")
_VOWELS = re.compile("[aeiouyæœø]")
_VOWEL_SHARES = (0.25, 0.70)
_JUDGED_FROM_LETTERS = 40


class Decision(NamedTuple):
    """How to read a page, and why."""

    method: PageMethod
    reason: str


def readable_share(text: str) -> float:
    """Share of `text` that looks like language, from 0 to 1; 1 for no text.

    A character counts against the text when it stands for no known letter. The text counts as
    unreadable whole when it is mostly signs, or when its Latin letters are not mixed with vowels
    as in any Latin-script language (25 to 70 %): then its letters are codes.
    """
    visible = _SPACE.sub("", _LEADER.sub("", _CID.sub("\ufffd", text)))
    if not visible:
        return 1.0
    unknown = len(_UNKNOWN.findall(visible))
    meaningful = len(_SIGNS.sub("", visible)) + _marks(visible)
    if meaningful < _MEANINGFUL_SHARE * len(visible) or _is_coded(text):
        return 0.0
    return 1 - unknown / len(visible)


def _marks(text: str) -> int:
    """Vowel signs and the like, of which Indic and other scripts are full."""
    if text.isascii():
        return 0
    return sum(unicodedata.category(char)[0] == "M" for char in text)


def _is_coded(text: str) -> bool:
    # Words all in capitals count only without others: acronyms and numerals have few vowels.
    letters = "".join(_MIXED_CASE_LATIN.findall(text))
    if len(letters) < _JUDGED_FROM_LETTERS:
        letters = "".join(_LATIN.findall(text))
    if len(letters) < _JUDGED_FROM_LETTERS:
        return False
    plain = unicodedata.normalize("NFD", letters.lower())
    share = len(_VOWELS.findall(plain)) / len(letters)
    return not _VOWEL_SHARES[0] <= share <= _VOWEL_SHARES[1]


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
