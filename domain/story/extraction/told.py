"""A chapter taken apart, with what its narrator and its speakers state."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from domain.story.extraction.statements import UNKNOWN, Statement, claims, statements
from domain.story.extraction.things import of_things
from domain.story.text.prose import Prose
from domain.story.text.speakers import spoken


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

    @cached_property
    def things(self) -> Sequence[Statement]:
        """What is stated of things, by the narrator and by speakers, in order."""
        prose = self.prose
        said = list(spoken(prose))
        speakers = {sentence.span.start: speaker or UNKNOWN for speaker, sentence in said}
        of_narrator = of_things(prose.sentences, self.text, prose.cast, self.number)
        of_speakers = of_things(
            (each for _, each in said), self.text, prose.cast, self.number, apart=1
        )
        found = [
            *(each for each in (*self.statements, *self.claims) if "thing" in each.groups),
            *of_narrator,
            *(replace(each, speaker=speakers.get(each.start, UNKNOWN)) for each in of_speakers),
        ]
        return sorted(found, key=lambda each: each.start)
