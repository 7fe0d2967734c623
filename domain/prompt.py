"""What a language model is asked, and what it costs."""

from enum import StrEnum

from pydantic import Field

from domain.book import Frozen


class Purpose(StrEnum):
    """What a call is for; costs are counted by it."""

    PLAN = "plan"
    SCENE = "scene"
    EXTRACT = "extract"
    SUMMARY = "summary"
    COHERENCE = "coherence"
    EMBED = "embed"
    OTHER = "other"


class Section(Frozen):
    """A named part of a prompt."""

    title: str
    text: str


class Prompt(Frozen):
    """What a model is asked.

    `sections` come in stable-prefix order: what changes least comes first, so that an endpoint's
    prompt cache hits. `material` is the typed data the sections were made from, for a provider that
    does not read prose. `max_tokens` bounds the answer.
    """

    purpose: Purpose
    system: str
    sections: tuple[Section, ...] = ()
    task: str
    material: Frozen | None = None
    max_tokens: int = Field(default=4096, ge=1, le=200_000)
    temperature: float = Field(default=0.7, ge=0, le=2)


class Usage(Frozen):
    """Tokens of one call; `cached` of the prompt's were read from a cache. `estimated` where the
    endpoint did not say. `money` in the price table's currency, None without a price. `lost` are
    answers that never arrived before one did: they may have been paid as well."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0
    estimated: bool = False
    money: float | None = None
    lost: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Both together; money of what has a price."""
        priced = [usage.money for usage in (self, other) if usage.money is not None]
        return Usage(
            prompt=self.prompt + other.prompt,
            cached=self.cached + other.cached,
            completion=self.completion + other.completion,
            estimated=self.estimated or other.estimated,
            money=sum(priced) if priced else None,
            lost=self.lost + other.lost,
        )


class Origin(Frozen):
    """Who made an answer: the provider `offline` says so."""

    provider: str = Field(max_length=200)
    model: str = Field(max_length=200)
