"""Languages as data: a file a language, `CODE.toml`."""

import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from domain.errors import LanguageMissing
from domain.story.language import Language

_FOLDER = Path(__file__).parent
LANGUAGES = tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))
"""The codes of the languages that stories can be read in."""

_ENGLISH = "en"
_SAMPLE = 50_000
_WORD = re.compile(r"[^\W\d_]+")


@cache
def load_language(code: str) -> Language:
    """The language of that code. Raises LanguageMissing for one there is no file for.

    Bibles in any language may have the keys of attributes in English, as in examples of the API.
    """
    if code not in LANGUAGES:
        raise LanguageMissing(f"no language {code!r}; there are: {', '.join(LANGUAGES)}")
    try:
        content = _read(code)
        content["keys"] = _with_english(content["keys"])
        return Language.model_validate(content)
    except (tomllib.TOMLDecodeError, KeyError, ValidationError) as error:
        raise LanguageMissing(f"languages/{code}.toml cannot be used: {error}") from error


def _read(code: str) -> dict[str, Any]:  # as it is written, to be validated
    return tomllib.loads((_FOLDER / f"{code}.toml").read_text("utf-8"))


def _with_english(keys: dict[str, list[str]]) -> dict[str, list[str]]:
    """A language's keys, and those English ones that mean nothing else in it."""
    own = {key for words in keys.values() for key in words}
    found = dict(keys)
    for predicate, words in _read(_ENGLISH)["keys"].items():
        found[predicate] = [*keys.get(predicate, ()), *(key for key in words if key not in own)]
    return found


def detect_language(text: str) -> str:
    """The language whose function words a text has most of; English where it has none."""
    counts = Counter(word.lower() for word in _WORD.findall(text[:_SAMPLE]))

    def share(code: str) -> int:
        return sum(counts[word] for word in set(load_language(code).function_words))

    return max(sorted(LANGUAGES, key=lambda code: code != _ENGLISH), key=share)
