"""What depends on a language, as data: a third one needs a file and no code."""

from domain.book import Frozen


class Language(Frozen):
    """The words and patterns of one language that reading a story takes."""

    code: str
