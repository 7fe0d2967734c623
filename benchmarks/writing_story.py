"""A novel of any length, by the offline provider: what the writing room is measured on."""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from multiprocessing import get_context
from typing import NamedTuple

from adapters.languages import load_language
from adapters.llm.offline import OfflineModel
from domain.story.bible import Bible
from domain.story.prompts.answers import Beat, Summary
from domain.story.prompts.material import SceneMaterial, Scope, SummaryMaterial
from domain.story.prompts.writing import scene_prompt, summary_prompt
from domain.story.reading import ChapterText, read_chapter
from domain.story.record import Extraction
from domain.story.scenes import BREAK

LANGUAGE = "en"
SCENE_WORDS = 400

BIBLE = Bible.model_validate(
    {
        "characters": [
            {"name": "Hester Vane", "aliases": ["Hester"], "attributes": {"eyes": "grey"}},
            {"name": "Oswin Tarrant", "aliases": ["Oswin"], "attributes": {"hair": "red"}},
            {"name": "Clemence Arkwright", "aliases": ["Clemence"], "attributes": {"age": 61}},
            {"name": "Piers Gallow", "attributes": {"profession": "lamplighter"}},
            {"name": "Dorothea Sellick", "aliases": ["Dora"], "attributes": {"eyes": "brown"}},
            {"name": "Bertram Hask", "attributes": {"profession": "carrier"}},
            {"name": "Lettice Moor", "attributes": {"hair": "white"}},
            {"name": "Ambrose Finch", "attributes": {"profession": "clockmaker"}},
        ],
        "places": ["Candlewick", "the salt house", "Tarn Bridge", "the old granary", "Ferrier Row"],
        "items": ["the brass compass", "the blue ledger", "the iron key", "the fiddle"],
        "rules": ["Nobody crosses Tarn Bridge after the bell."],
    }
)

_DOINGS = (
    "{one} waits for {other} and hides {item}.",
    "{one} asks {other} about {item}.",
    "{one} and {other} quarrel over {item}.",
    "{one} tells {other} what happened.",
    "{one} follows {other} and finds {item}.",
    "{one} gives {item} to {other}.",
    "{one} promises {other} to come back.",
)

QUESTIONS = tuple(
    question.format(who=person.name, where=place.name, what=item.name)
    for person, place, item in zip(
        BIBLE.characters, cycle(BIBLE.places), cycle(BIBLE.items), strict=False
    )
    for question in (
        "{who}",
        "Where did {who} leave {what}?",
        "What does {who} know of {where}?",
        "who waits at the bridge in the rain",
        "{who} quarrels with Hester over {what} in {where}.",
    )
)
"""What is looked for in it: a name alone, questions, a beat, one without any name."""

_author = OfflineModel()


async def scenes(chapter: int, number: int) -> list[str]:
    """So many scenes of a chapter, of about `SCENE_WORDS` words each."""
    told: list[str] = []
    for at in range(1, number + 1):
        material = SceneMaterial(
            language=LANGUAGE,
            bible=BIBLE,
            chapter=chapter,
            beat=_beat(chapter * number + at),
            scene=at,
            scenes=number,
            words=SCENE_WORDS,
            so_far=BREAK.join(told),
        )
        told.append((await _author.text(scene_prompt(material))).text)
    return told


class Written(NamedTuple):
    """A chapter's text, and what it says."""

    text: str
    extraction: Extraction


def novel(chapters: int) -> Sequence[Written]:
    """So many chapters of four to seven scenes, in turn: 1,500 to 3,000 words."""
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as processes:
        return list(processes.map(_written, range(1, chapters + 1)))


def _written(number: int) -> Written:
    return asyncio.run(_chapter(number))


async def _chapter(number: int) -> Written:
    text = BREAK.join(await scenes(number, 4 + number % 4))
    chapter = ChapterText(number=number, text=text)
    reading = read_chapter(chapter, BIBLE, load_language(LANGUAGE))
    material = SummaryMaterial(
        language=LANGUAGE, scope=Scope.CHAPTER, texts=(text,), names=reading.present
    )
    summary = await _author.structured(summary_prompt(material), Summary)
    extraction = Extraction(facts=reading.facts, setups=reading.setups, summary=summary.value.text)
    return Written(text, extraction)


def _beat(number: int) -> Beat:
    people = [each.name for each in BIBLE.characters]
    one, other = islice(cycle(people), number % len(people), number % len(people) + 2)
    item = BIBLE.items[number % len(BIBLE.items)].name
    what = _DOINGS[number % len(_DOINGS)].format(one=one, other=other, item=item)
    place = BIBLE.places[number // 3 % len(BIBLE.places)].name
    return Beat(title="", what=what, characters=(one, other), place=place, words=SCENE_WORDS)
