"""A chapter taken apart, with what its narrator and its speakers state."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from domain.story.extraction.statements import Statement, claims, statements
from domain.story.text.prose import Prose


@dataclass(frozen=True, eq=False)
class Told:
    """A chapter by its number and its text taken apart; statements are read when asked for."""

    number: int
    prose: Prose = field(repr=False)

    @property
    def text(self) -> str:
        """The chapter's."""
        return self.prose.text

    @cached_property
    def statements(self) -> Sequence[Statement]:
        """What its narrator states."""
        return statements(self.prose, self.number)

    @cached_property
    def claims(self) -> Sequence[Statement]:
        """What is stated in its dialogue."""
        return claims(self.prose, self.number)
