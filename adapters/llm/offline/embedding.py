"""Vectors of texts by hashing: words and character n-grams to signed places of a vector.

The hashing trick with a sign (Weinberger et al. 2009): collisions cancel out on average. Counts are
damped (1 + log) and the vector brought to length 1, so that the dot product is the cosine.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

DIMENSION = 512
_WORD = re.compile(r"\w+")
_GRAM = 4
_WORD_WEIGHT, _GRAM_WEIGHT = 1.0, 0.5


def vector(text: str) -> npt.NDArray[np.float64]:
    """A text's vector, of length 1; of a text without words, the first axis."""
    weights = np.zeros(DIMENSION)
    for feature, count in Counter(_features(text)).items():
        place, sign = _hashed(feature)
        weight = _WORD_WEIGHT if feature[0] == "w" else _GRAM_WEIGHT
        weights[place] += sign * weight * (1 + np.log(count))
    length = float(np.linalg.norm(weights))
    if length == 0:
        weights[0] = length = 1.0
    return weights / length


def _features(text: str) -> Iterator[str]:
    """Words, and the n-grams of each with its ends marked; without case and accents."""
    for word in _WORD.findall(_folded(text)):
        if len(word) > _SHORT:
            yield f"w{word}"
        marked = f"<{word}>"
        for start in range(len(marked) - _GRAM + 1):
            yield f"g{marked[start : start + _GRAM]}"


_SHORT = 3
"""Words up to this length are mostly grammar; as n-grams they count a little."""


def _folded(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


@lru_cache(maxsize=200_000)
def _hashed(feature: str) -> tuple[int, int]:
    digest = int.from_bytes(blake2b(feature.encode(), digest_size=8).digest())
    return digest % DIMENSION, 1 if digest >> 63 else -1
