"""The offline language model: deterministic, free, and honest about what it is."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from adapters.languages import LANGUAGES, load_language
from adapters.llm.base import Completion, Delta, Embeddings, Structured
from adapters.llm.offline.embedding import vector
from adapters.llm.offline.grammar import FALLBACK, load_grammar
from adapters.llm.offline.plan import planned
from adapters.llm.offline.scene import written
from adapters.llm.offline.summary import summed_up
from domain.book import Frozen
from domain.errors import AnswerUnusable
from domain.prompt import Origin, Prompt, Usage
from domain.story.prompts.answers import (
    Adjudication,
    Extracted,
    ExtractedFact,
    ExtractedSetup,
    MoreFindings,
    Ruling,
    Summary,
)
from domain.story.prompts.material import (
    ExtractMaterial,
    PairMaterial,
    PlanMaterial,
    ReviewMaterial,
    SceneMaterial,
    SummaryMaterial,
)
from domain.story.reading import read_chapter

T = TypeVar("T", bound=Frozen)

ORIGIN = Origin(provider="offline", model="offline-1")
_CHARACTERS_A_TOKEN = 4
_EXTRACT_WORDS = 80
_PIECE = re.compile(r"\s*\S+\s*?(?=\s|$)|\s+$")


class OfflineModel:
    """Writes and reads by rules. Answers depend on the prompt's material alone; they cost nothing,
    and their tokens are estimated."""

    @property
    def origin(self) -> Origin:
        """Who answers: offline."""
        return ORIGIN

    async def text(self, prompt: Prompt) -> Completion:
        """A scene or summary in prose; for any other prompt an extract of what it holds."""
        text = await asyncio.to_thread(_prose, prompt)
        return Completion(text, _usage(prompt, text), ORIGIN)

    async def stream(self, prompt: Prompt) -> AsyncIterator[Delta | Completion]:
        """The same word by word, then whole."""
        whole = await self.text(prompt)
        for piece in _PIECE.findall(whole.text):
            yield Delta(piece)
            await asyncio.sleep(0)
        yield whole

    async def structured(self, prompt: Prompt, schema: type[T]) -> Structured[T]:
        """A record made from the prompt's material.

        Raises `AnswerUnusable` for a record that cannot be made by rules.
        """
        answer = await asyncio.to_thread(_answer, prompt)
        if not isinstance(answer, schema):
            raise AnswerUnusable(
                f"the offline provider cannot make a {schema.__name__} of this prompt; set up a "
                "language model (llm_url)"
            )
        return Structured(answer, _usage(prompt, answer.model_dump_json()), ORIGIN)

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """Vectors by hashed words and n-grams."""
        vectors = await asyncio.to_thread(lambda: [vector(text).tolist() for text in texts])
        tokens = sum(_tokens(text) for text in texts)
        return Embeddings(vectors, Usage(prompt=tokens, estimated=True, money=0), ORIGIN)

    async def ping(self) -> None:
        """Always there."""

    async def close(self) -> None:
        """Nothing to release."""


def _prose(prompt: Prompt) -> str:
    match prompt.material:
        case SceneMaterial() as scene:
            return written(scene, load_grammar(scene.language))
        case SummaryMaterial() as summary:
            return _summary(summary)
    answer = _answer(prompt)
    if answer is not None:
        return answer.model_dump_json()
    texts = [section.text for section in prompt.sections] or [prompt.task]
    extract = summed_up(texts, (), _EXTRACT_WORDS)
    return f"{load_grammar(FALLBACK).extract} {extract}".strip()


def _answer(prompt: Prompt) -> Frozen | None:
    """The record that the prompt's material asks for."""
    match prompt.material:
        case PlanMaterial() as plan:
            return planned(plan, load_grammar(plan.language))
        case ExtractMaterial() as chapter:
            return _extracted(chapter)
        case SummaryMaterial() as summary:
            return Summary(text=_summary(summary))
        case PairMaterial() as pair:
            return Adjudication(verdict=Ruling.UNSURE, why=load_grammar(pair.language).unable)
        case ReviewMaterial():
            return MoreFindings(findings=())
    return None


def _summary(material: SummaryMaterial) -> str:
    code = material.language
    language = load_language(code) if code in LANGUAGES else None
    return summed_up(material.texts, material.names, material.words, language)


def _extracted(material: ExtractMaterial) -> Extracted:
    """What the deterministic reader finds, as a language model would put it."""
    language = load_language(material.language)
    reading = read_chapter(material.chapter, material.bible, language)
    return Extracted(
        facts=tuple(
            ExtractedFact(
                subject=fact.subject,
                predicate=fact.predicate,
                object=fact.object,
                believer=fact.believer,
                quote=fact.source.quote,
            )
            for fact in reading.facts
        ),
        setups=tuple(
            ExtractedSetup(
                kind=setup.kind, subject=setup.subject, text=setup.text, quote=setup.planted.quote
            )
            for setup in reading.setups
        ),
    )


def _usage(prompt: Prompt, answer: str) -> Usage:
    asked = (prompt.system, *(section.text for section in prompt.sections), prompt.task)
    return Usage(
        prompt=sum(_tokens(text) for text in asked),
        completion=_tokens(answer),
        estimated=True,
        money=0,
    )


def _tokens(text: str) -> int:
    """An estimate by characters."""
    return -(-len(text) // _CHARACTERS_A_TOKEN)
