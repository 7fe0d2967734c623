"""Bibles of our own, and chapters that the offline author writes from them."""

from adapters.llm.offline.grammar import load_grammar
from adapters.llm.offline.plan import planned
from adapters.llm.offline.scene import written
from domain.story.bible import Bible
from domain.story.facts import Fact
from domain.story.prompts.answers import Beat
from domain.story.prompts.material import PlanMaterial, SceneMaterial
from domain.story.prompts.verified import fitted_beats

ENGLISH = Bible.model_validate(
    {
        "characters": [
            {
                "name": "Mara Quill",
                "aliases": ["Mara"],
                "attributes": {"eyes": "grey", "age": 34},
                "voice": "Short, clipped. Says “Mind the step” when nervous.",
            },
            {"name": "Osric", "attributes": {"hair": "red"}, "voice": "formal, old-fashioned"},
            {"name": "Beatrix Low", "attributes": {"status": "dead since the flood"}},
        ],
        "places": ["the ropewalk", "Candle Street"],
        "items": ["tin whistle"],
        "rules": ["Nobody may ring the bell after dark."],
    }
)

FRENCH = Bible.model_validate(
    {
        "characters": [
            {"name": "Odile Ferrand", "aliases": ["Odile"], "attributes": {"yeux": "gris"}},
            {"name": "Anselme", "voice": "poli, un peu désuet"},
            {"name": "Basile", "attributes": {"vivant": "non"}},
        ],
        "places": ["le lavoir", "la halle"],
        "items": ["montre"],
    }
)

BIBLES = {"en": ENGLISH, "fr": FRENCH}


def scene(
    language: str,
    what: str = "",
    *,
    words: int = 300,
    bible: Bible | None = None,
    number: int = 1,
    scenes: int = 3,
    chapter: int = 1,
    characters: tuple[str, ...] = (),
    facts: tuple[Fact, ...] = (),
    instruction: str = "",
    so_far: str = "",
) -> str:
    material = SceneMaterial(
        language=language,
        bible=BIBLES[language] if bible is None else bible,
        facts=facts,
        chapter=chapter,
        instruction=instruction,
        beat=Beat(title="", what=what, characters=characters, place=None, words=words),
        scene=number,
        scenes=scenes,
        words=words,
        so_far=so_far,
    )
    return written(material, load_grammar(language))


def beats(language: str, instruction: str, words: int) -> tuple[Beat, ...]:
    material = PlanMaterial(
        language=language,
        bible=BIBLES[language],
        chapter=1,
        instruction=instruction,
        target_word_count=words,
    )
    return fitted_beats(planned(material, load_grammar(language)), words)


def chapter(language: str, instruction: str, words: int) -> str:
    plan, text = beats(language, instruction, words), ""
    for number, beat in enumerate(plan, 1):
        material = SceneMaterial(
            language=language,
            bible=BIBLES[language],
            chapter=1,
            instruction=instruction,
            beat=beat,
            scene=number,
            scenes=len(plan),
            words=beat.words,
            so_far=text,
        )
        text = f"{text}\n\n{written(material, load_grammar(language))}".strip()
    return text
