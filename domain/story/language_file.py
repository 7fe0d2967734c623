"""What a language's file says: its words, patterns and tables, as they are written."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from domain.book import Frozen
from domain.story.cues import Setups, Traits
from domain.story.phrasings import Gender, Phrasing, Pronoun, Relation, Restated, ValueWords


class LanguageFile(Frozen):
    """The words and patterns of one language that reading a story takes."""

    code: str
    name: str
    function_words: tuple[str, ...]
    abbreviations: tuple[str, ...]
    quotes: tuple[tuple[str, str], ...]
    dashes: str = ""
    """Signs that open a line of dialogue."""
    asides: tuple[str, ...] = ()
    """Where such a line goes over to the narrator, to the next stop, as patterns."""
    possessive: str = ""
    """What follows a name that owns something, as a pattern: `'s`."""
    inverted: str = ""
    """A pronoun behind its verb, with the hyphen: `-elle`."""
    adjectives_follow: bool = False
    """Whether a thing's name begins with its noun."""
    things_have_gender: bool = False
    """Whether `he` and `she` may mean things as well."""
    pronouns: tuple[Pronoun, ...]
    selves: tuple[Pronoun, ...] = ()
    """The pronouns of the first person singular."""
    addressed: tuple[Pronoun, ...] = ()
    """The pronouns for whom one speaks to."""
    restated: tuple[Restated, ...] = ()
    """Short forms written out, and the first person put as the third, in this order."""
    titles: Mapping[str, Gender]
    first_names: Mapping[Literal["f", "m"], tuple[str, ...]] = Field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]]
    counting: str
    """The words for 1, 2, 3 and so on; `/` between words for the same number."""
    ordinals: str
    """The same for first, second, third."""
    values: Mapping[str, Mapping[str, ValueWords]]
    phrasings: Mapping[str, Phrasing]
    relations: Mapping[str, Relation]
    frames: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Predicates, and sentences that say what an attribute means; `*` for any."""
    keys: Mapping[str, tuple[str, ...]]
    """Predicates, and the words by which authors ask for them in a bible's attributes."""
    endings: tuple[str, ...] = ()
    """Endings of inflection, cut off to compare words."""
    forms: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Words, and their irregular forms."""
    setups: Setups = Setups()
    traits: Traits = Traits()
    concepts: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """What else in a text is taken for a word of a rule or secret; `/` between words for the
    same."""
    feasts: Mapping[str, tuple[int, int]] = Field(default_factory=dict)
    """Words for a day of the year, as patterns, with its month and day."""
    clock: Mapping[str, tuple[float, float]] = Field(default_factory=dict)
    """Words for a time of day, with the hours from and to."""
    hours: Mapping[str, tuple[int, int]] = Field(default_factory=dict)
    """The same for the hours in which it is surely that time."""
