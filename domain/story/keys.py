"""Keys of a bible's attributes, however their words are joined."""

import re

from domain.story.language import Language

_KEY = re.compile(r"[\s_-]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def plain_key(key: str, language: Language) -> str:
    """An attribute's key as words: `eyeColor`, `eye_color` and `appearance: Eye color` are one."""
    plain = " ".join(_KEY.sub(" ", _CAMEL.sub(" ", key).lower()).split())
    group, _, rest = plain.partition(" ")
    return rest if rest and group in language.lists["key_groups"] else plain
