"""The patterns of a language, from how its file writes them to regular expressions.

Patterns are regular expressions over sentences in which every mention of somebody or something
known is one character (`domain.story.text.marks`). What stands in braces is put in:

    {S} {O}     somebody, named groups `s` and `o`; {S's} {O's} the same as an owner
    {I} {P}     an item, a place (groups `i`, `p`); {E} {E2} the ends of a way (`e`, `f`)
    {T}         a thing, known or common (groups `thing`, `whose`, `kind`)
    {value}     a value of the pattern's value class (group `value`)
    {number}    a number in digits or words (group `number`)
    {NAME}      any word of the list NAME; {NAME!} the same as group `word`
    {noun}      any of the phrasing's nouns
    {GAP}       some words of the same sentence, nobody mentioned
    ~           up to three words of the kind in the list `fillers`
A space stands for any white space. `@NAME` stands for all patterns of the list NAME.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from domain.story.text import marks

_PLACEHOLDER = re.compile(r"\{([A-Za-z_]+\d?(?:'s)?)(!?)\}")
_FILLERS = 3
_PLAIN = re.compile(r"\w[\w -]*")


class Patterns:
    """Compiles patterns over the lists of a language; each is made once."""

    def __init__(self, words: Callable[[str], Iterable[str]]) -> None:
        """`words` gives the words of a list by its name."""
        self._lines: dict[str, re.Pattern[str]] = {}
        self._words = words
        self._alternatives: dict[str, str] = {}
        self._found: dict[str, re.Pattern[str]] = {}
        self._found_low: dict[str, re.Pattern[str]] = {}
        self._listed: dict[str, tuple[re.Pattern[str], ...]] = {}

    def alternatives(self, name: str) -> str:
        """A pattern for any word of a list."""
        if name not in self._alternatives:
            words = sorted(self._words(name), key=len, reverse=True) or ["(?!)"]
            self._alternatives[name] = _any_of(words)
        return self._alternatives[name]

    def finder(self, name: str) -> re.Pattern[str]:
        """Finds any word of a list, in any case."""
        if name not in self._found:
            self._found[name] = re.compile(self.alternatives(name), re.IGNORECASE)
        return self._found[name]

    def low_finder(self, name: str) -> re.Pattern[str]:
        """The same for text in lower case, and faster."""
        if name not in self._found_low:
            self._found_low[name] = re.compile(self.alternatives(name))
        return self._found_low[name]

    def listed(self, name: str) -> tuple[re.Pattern[str], ...]:
        """The patterns of a list, compiled."""
        if name not in self._listed:
            self._listed[name] = tuple(self.pattern(text) for text in self._words(name))
        return self._listed[name]

    def line(self, text: str) -> re.Pattern[str]:
        """A pattern, compiled once."""
        if text not in self._lines:
            self._lines[text] = self.pattern(text)
        return self._lines[text]

    def pattern(self, text: str, values: str = "") -> re.Pattern[str]:
        """A pattern as it is written in a language's file, compiled."""
        taken: set[str] = set()

        def put_in(match: re.Match[str]) -> str:
            name, kept = match.group(1), bool(match.group(2))
            if (mark := marks.PLACEHOLDERS.get(name)) is not None:
                return _group(mark.group, mark.pattern, taken) + mark.tail
            if name == "T":
                return self._thing(taken)
            if name == "value":
                return _group("value", self._value(values), taken)
            if name == "number":
                return _group("number", r"\b\d{1,3}\b|" + self.alternatives("number"), taken)
            if name == "ordinal":
                return _group("number", self.alternatives("ordinal"), taken)
            inner = self.alternatives(name)
            return _group("word", inner, taken) if kept else inner

        spaced = text.replace("~", "{FILL}").replace(" ?", r"\s*").replace(" ", r"\s+")
        spaced = spaced.replace(
            "{FILL}", rf"(?:(?:{self.alternatives('fillers')}),?\s+){{0,{_FILLERS}}}"
        )
        return re.compile(_PLACEHOLDER.sub(put_in, spaced), re.IGNORECASE)

    def _thing(self, taken: set[str]) -> str:
        """Something one can hold, known or one of the list `things`, with what stands before:
        whose it is (group `whose`), and which one (`kind`)."""
        owner = _group("whose", marks.PERSON, taken)
        before = rf"(?:{self.alternatives('determiners')}\s*|{owner}{marks.OWNER}\s+)"
        word = rf"(?:{self.alternatives('fillers')}|{self.alternatives('materials')}),?\s+"
        filled = _group("kind", rf"(?:{word}){{0,{_FILLERS}}}", taken)
        thing = _group("thing", f"{marks.ITEM}|(?<!-){self.alternatives('things')}", taken)
        after = rf"(?:\s+(?:{self.alternatives('thing_tails')}))?"
        no_other = rf"(?!\s+{self.alternatives('compound_heads')})"
        return f"(?:{before}{filled})?{thing}{no_other}{after}"

    def _value(self, values: str) -> str:
        word = self.alternatives(values)
        return rf"{word}(?:(?:-|\s+(?:{self.alternatives('joiners')}\s+)?){word})?"


def _any_of(words: Sequence[str]) -> str:
    """Any of some words. Plain ones share their bounds: that is searched several times faster."""
    plain = [word for word in words if _PLAIN.fullmatch(word)]
    rest = [_bounded(word) for word in words if not _PLAIN.fullmatch(word)]
    shared = [rf"\b(?:{'|'.join(_spaced(word) for word in plain)})\b"] if plain else []
    return f"(?:{'|'.join((*shared, *rest))})"


def _spaced(word: str) -> str:
    return word.replace(" ", r"[\s-]+")


def _bounded(word: str) -> str:
    """A word of a list as a pattern: whole words, any white space."""
    start = r"\b" if word[0].isalnum() or word[0] in "(" else ""
    end = r"\b" if word[-1].isalnum() or word[-1] in ")?" else ""
    return start + _spaced(word) + end


def _group(name: str, pattern: str, taken: set[str]) -> str:
    if not name or name in taken:
        return f"(?:{pattern})"
    taken.add(name)
    return f"(?P<{name}>{pattern})"
