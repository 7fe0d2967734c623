"""How far recognised text is from the truth.

The character error rate is the edit distance between truth and text (insertions, deletions and
substitutions) divided by the length of the truth. It is one minus the character accuracy of the
ISRI Analytic Tools for OCR Evaluation (University of Nevada, Las Vegas).
"""

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz.distance import Levenshtein

_LINE_END_HYPHEN = re.compile(r"(?<=\w)[-\u00ad\u2010\u2011][^\S\n]*\n\s*(?=\w)")

_PLAIN = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'")  # single quotation marks, prime
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')  # double, guillemets
    | dict.fromkeys("\u2010\u2012\u2013\u2014\u2015\u2212", "-")  # hyphen, dashes, minus
    | {"\u00ad": None}  # soft hyphen
)


def normalise(text: str) -> str:
    """Text without the differences that are a matter of typesetting.

    Words hyphenated at a line's end are joined, soft hyphens removed, characters brought to their
    compatibility form (NFKC), quotation marks and dashes made plain, white space collapsed.

    A hyphen that belongs to the word is lost as well when a line ends behind it: "well-" and
    "known" become "wellknown". Truth and text must therefore both keep the lines of the page, and
    both pass through here; a truth that has been reflowed pays one error for each such word.
    """
    joined = _LINE_END_HYPHEN.sub("", text)
    plain = unicodedata.normalize("NFKC", joined).translate(_PLAIN)
    return " ".join(unicodedata.normalize("NFKC", plain).split())


def character_error_rate(truth: str, text: str) -> float:
    """Errors per character of the normalised truth: 0 is perfect, and much junk can exceed 1.

    Where the truth is empty: 0.0 if the text is empty as well, else 1.0.
    """
    return pooled_error_rate([(truth, text)])


def pooled_error_rate(pairs: Iterable[tuple[str, str]]) -> float:
    """The error rate of many pages (truth, text) taken as one text, so that long pages count more.

    Text on a page whose truth is empty counts as errors of the whole. Where every truth is empty:
    0.0 if every text is empty as well, else 1.0.
    """
    errors = length = 0
    for truth, text in pairs:
        reference = normalise(truth)
        errors += Levenshtein.distance(reference, normalise(text))
        length += len(reference)
    return errors / length if length else float(errors > 0)
