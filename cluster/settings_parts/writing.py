"""Settings of the writing room: story graph, vectors, limits."""

from typing import Annotated

from pydantic import BaseModel, Field


class WritingSettings(BaseModel):
    """How chapters are written, and where what a story has established is found again."""

    writing_chapters: int = Field(
        64, ge=1, le=10_000, description="chapters the writing room works on at once"
    )
    writing_attempts: int = Field(
        8,
        ge=1,
        le=100,
        description="attempts at a chapter, should the language model or the store be away, "
        "before it is `failed`",
    )
    writing_wait_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        60.0, description="longest wait from one attempt at a chapter to the next, in seconds"
    )
    writing_live_characters: int = Field(
        500_000,
        ge=1000,
        le=100_000_000,
        description="characters kept of a chapter being written, for those who follow it",
    )
    writing_live_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        60.0, description="seconds for which a written chapter can still be followed"
    )
    writing_context_tokens: int = Field(
        16_000,
        ge=1000,
        le=1_000_000,
        description="tokens of bible, memory and passages that a chapter is written from",
    )
