"""Languages as data: a file a language, `CODE.toml`."""

import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from domain.errors import LanguageMissing
from domain.story.language import Language

_FOLDER = Path(__file__).parent
LANGUAGES = tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))
"""The codes of the languages that stories can be read in."""

_SAMPLE = 50_000
_WORD = re.compile(r"[^\W\d_]+")


@cache
def load_language(code: str) -> Language:
    """The language of that code. Raises LanguageMissing for one there is no file for."""
    if code not in LANGUAGES:
        raise LanguageMissing(f"no language {code!r}; there are: {', '.join(LANGUAGES)}")
    try:
        return Language.model_validate(tomllib.loads((_FOLDER / f"{code}.toml").read_text("utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise LanguageMissing(f"languages/{code}.toml cannot be used: {error}") from error


def detect_language(text: str) -> str:
    """The language whose function words a text has most of; English where it has none."""
    counts = Counter(word.lower() for word in _WORD.findall(text[:_SAMPLE]))

    def share(code: str) -> int:
        return sum(counts[word] for word in set(load_language(code).function_words))

    return max(sorted(LANGUAGES, key=lambda code: code != "en"), key=share)
