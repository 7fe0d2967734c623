"""Names as they are compared: without case, accents, punctuation or kind of space."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_UNMARKED = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th"}
)  # letters with a mark that is no accent of their own in Unicode
_IGNORED = re.compile("[\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}-\N{RIGHT-TO-LEFT MARK}\ufeff]")
_UNSPACED = re.compile(  # scripts that put no space between words
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)


def folded_words(text: str) -> list[str]:
    """The words of a text, letters and digits only, without case and accents, in order."""
    plain = text.casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", _IGNORED.sub("", plain)).casefold()
        plain = "".join(char for char in plain if not unicodedata.combining(char))
        plain = plain.translate(_UNMARKED)
    return _WORD.findall(plain)


def fold(text: str) -> str:
    """The words of a text with a space before and after each, for `mentions`."""
    return f" {' '.join(folded_words(text))} "


@lru_cache(maxsize=10_000)
def fold_name(name: str) -> str:
    """As `fold`, for names that come again and again."""
    return fold(name)


def is_unspaced(name: str) -> bool:
    """Whether a name is of a script that puts no space between words."""
    return _UNSPACED.search(name) is not None


def mentions(folded: str, name: str) -> bool:
    """Whether a folded text has a folded name in it, as whole words.

    Possessives count, as what follows an apostrophe is a word of its own. Scripts without spaces
    have no whole words: there any place will do.
    """
    if name.isspace():
        return False
    return name in folded or (is_unspaced(name) and name.strip() in folded)


def names_in(folded: str, names: Iterable[str]) -> list[str]:
    """Those of the names, not folded, that a folded text mentions."""
    return [name for name in names if mentions(folded, fold(name))]
