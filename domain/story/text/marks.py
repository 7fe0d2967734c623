"""Mentions as single characters, so that patterns need not know anybody's name.

Characters of a private plane stand for members of the cast, by kind; `OWNER` after one says that
something of theirs follows. The same characters in a text itself are blanked first.
"""

import re
from typing import NamedTuple

PEOPLE, PLACES, ITEMS, END = 0xF0000, 0xF8000, 0xFC000, 0xFFFFD
OWNER = "\ue001"
SPOKEN = "\ue002"
"""Stands for each character of a quotation in what the narrator says."""

_SPOKEN = re.compile(f"{SPOKEN}{SPOKEN}+")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")


class Mark(NamedTuple):
    """A placeholder's group and what it matches."""

    group: str
    pattern: str
    tail: str = ""


def _kind(first: int, last: int) -> str:
    return f"[{chr(first)}-{chr(last)}]"


PERSON = _kind(PEOPLE, PLACES - 1)
PLACE = _kind(PLACES, ITEMS - 1)
ITEM = _kind(ITEMS, END)
ANYTHING = _kind(PEOPLE, END)

PLACEHOLDERS = {
    "GAP": Mark("", f"[^.;!?{chr(PEOPLE)}-{chr(PLACES - 1)}]{{0,60}}?"),
    "S": Mark("s", PERSON, f"(?!{OWNER})"),
    "S's": Mark("s", PERSON, OWNER),
    "O": Mark("o", PERSON, f"(?!{OWNER})"),
    "O's": Mark("o", PERSON, OWNER),
    "P": Mark("p", PLACE),
    "I": Mark("i", ITEM),
    "E": Mark("e", PLACE),
    "E2": Mark("f", PLACE),
}


def shortened(marked: str) -> str:
    """With one `SPOKEN` for each quotation."""
    return _SPOKEN.sub(SPOKEN, marked)


def blank(text: str) -> str:
    """The text without private characters; its length stays."""
    return _PRIVATE.sub(" ", text)
