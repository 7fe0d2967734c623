"""What a language model answers with.

The records go over the wire as JSON schemas: every field required, no bounds. What is made of them
is bounded and verified in `domain.story.prompts.verified`.
"""

from enum import StrEnum

from domain.book import Frozen
from domain.story.coherence.verdict import Severity


class Beat(Frozen):
    """One scene's worth of a chapter; `words` is how long it is to be."""

    title: str
    what: str
    characters: tuple[str, ...]
    place: str | None
    words: int


class Plan(Frozen):
    """A chapter's beats, in order."""

    beats: tuple[Beat, ...]


class ExtractedFact(Frozen):
    """A statement and the words it was taken from; `believer` where it is only believed."""

    subject: str
    predicate: str
    object: str
    believer: str | None
    quote: str


class ExtractedSetup(Frozen):
    """Something promised, and the words that plant it."""

    kind: str
    subject: str
    text: str
    quote: str


class Extracted(Frozen):
    """What a chapter establishes and promises."""

    facts: tuple[ExtractedFact, ...]
    setups: tuple[ExtractedSetup, ...]


class Summary(Frozen):
    """A summary in prose."""

    text: str


class Ruling(StrEnum):
    """Whether two statements can both be true."""

    CONTRADICTION = "contradiction"
    COMPATIBLE = "compatible"
    UNSURE = "unsure"


class Adjudication(Frozen):
    """A ruling on one pair of quotes."""

    verdict: Ruling
    why: str


class FurtherFinding(Frozen):
    """Something in a draft that does not go with a source, both quoted."""

    kind: str
    severity: Severity
    message: str
    draft_quote: str
    source: str
    source_quote: str


class MoreFindings(Frozen):
    """What else does not go together."""

    findings: tuple[FurtherFinding, ...]
