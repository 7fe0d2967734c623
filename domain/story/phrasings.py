"""What a language's file says its words with: pronouns, values, phrasings, relations."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from domain.book import Frozen

Gender = Literal["f", "m", ""]
GENDERS: tuple[Gender, ...] = ("f", "m")
Role = Literal["subject", "object", "owner"]


class Pronoun(Frozen):
    """A pronoun of the third person singular; the gender is empty where it says none."""

    word: str
    gender: Gender = ""
    role: Role = "subject"


class Restated(Frozen):
    """Words right after somebody's mention, as a pattern, and what they are read as: `'m`, ` is`.
    `own`: only after the `I` of who speaks, and the `you` of who listens."""

    says: str
    means: str
    own: bool = False


class ValueWords(Frozen):
    """The words for one value, and the other values it does not contradict."""

    words: tuple[str, ...]
    like: tuple[str, ...] = ()


class Phrasing(Frozen):
    """How something is said: no sentence without one of the `cues` is looked at."""

    cues: tuple[str, ...]
    patterns: tuple[str, ...]
    presupposed: tuple[str, ...] = ()
    """Patterns of what holds whatever the rest of the sentence denies, asks or hedges: `her
    brother Peter`."""
    values: str = ""
    nouns: str = ""
    """The list of words for the feature that has the value: eyes, hair, voice."""
    negative: bool = False
    """Whether the patterns themselves deny something."""
    fixed: str = ""
    """The value, where the patterns themselves say it."""
    predicate: str = ""
    """The predicate of the facts that it states, where that is not its name."""
    needs_names: bool = False
    """Whether it takes a name to be sure who is meant."""
    against: str = ""
    """The phrasing that says the opposite of this one, about the same values."""
    direct: bool = True
    """Whether a bible's attribute of that predicate holds the value as it is."""
    changes: tuple[str, ...] = ()
    """Words that explain another value from here on: dyed, promoted, remarried."""

    @property
    def described(self) -> bool:
        """Whether it is about what somebody looks or sounds like."""
        return bool(self.nouns) or self.predicate == "hair"


class Wording(NamedTuple):
    """A compiled pattern; no sentence without a person, a place or a thing, if so, can fit it.
    `rest` is what follows the thing with which it begins: it is found faster, and seldom."""

    pattern: re.Pattern[str]
    rest: re.Pattern[str] | None
    presupposed: bool
    person: bool
    place: bool
    thing: bool

    def matches(self, marked: str) -> Iterator[re.Match[str]]:
        """Where it fits in a marked sentence."""
        if self.rest is None or self.rest.search(marked) is not None:
            yield from self.pattern.finditer(marked)


class Relation(Frozen):
    """A kinship: the words for a relative, what they are (`kin`), and what the other one is to
    them (`inverse`). `single`: nobody has two at a time."""

    words: tuple[str, ...]
    kin: str
    inverse: str
    gender: Gender = ""
    single: bool = False
    realm: Literal["kin", "work", "liking"] = "kin"
    """One may be somebody's brother and employer; only within a realm do two rule each other
    out."""
