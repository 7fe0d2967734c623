"""Prompts that ask for prose or for a plan of it: plan, scene, summary."""

from domain.prompt import Prompt, Purpose, Section
from domain.story.prompts.material import PlanMaterial, SceneMaterial, SummaryMaterial
from domain.story.prompts.sections import fenced, ground_sections
from domain.story.prompts.verified import MOST_BEATS
from domain.story.prompts.wording import Wording, wording

SHOWN_WORDS = 600
"""So much of the end of a chapter is shown to whoever goes on with it."""

TOKENS_A_WORD = 3
"""A generous bound for European languages."""


def plan_prompt(material: PlanMaterial) -> Prompt:
    """Asks for a `Plan`."""
    words = wording(material.language)
    task = words.plan.format(
        chapter=material.chapter, words=material.target_word_count, most=MOST_BEATS
    )
    return Prompt(
        purpose=Purpose.PLAN,
        system=_system(words),
        sections=ground_sections(material, words),
        task=f"{task}\n{fenced(material.instruction)}",
        material=material,
        max_tokens=8192,
    )


def scene_prompt(material: SceneMaterial) -> Prompt:
    """Asks for a scene in prose."""
    words, beat = wording(material.language), material.beat
    sections = ground_sections(material, words)
    if material.so_far.strip():
        sections += (Section(title=words.recent, text=fenced(_end(material.so_far))),)
    task = words.scene.format(
        scene=material.scene,
        scenes=material.scenes,
        chapter=material.chapter,
        words=material.words,
        characters=", ".join(beat.characters) or "-",
        place=beat.place or "-",
    )
    return Prompt(
        purpose=Purpose.SCENE,
        system=_system(words),
        sections=sections,
        task=f"{task}\n{fenced(f'{beat.title}: {beat.what}')}",
        material=material,
        max_tokens=_tokens(material.words),
        temperature=0.8,
    )


def summary_prompt(material: SummaryMaterial) -> Prompt:
    """Asks for a `Summary`."""
    words = wording(material.language)
    scope = words.scopes[material.scope]
    return Prompt(
        purpose=Purpose.SUMMARY,
        system=_system(words),
        sections=(Section(title=scope, text=fenced("\n\n".join(material.texts))),),
        task=words.summary.format(scope=scope, words=material.words),
        material=material,
        max_tokens=_tokens(material.words),
        temperature=0.2,
    )


def _system(words: Wording) -> str:
    return f"{words.author}\n\n{words.material}"


def _tokens(words: int) -> int:
    """Room for so many words and half as many more."""
    return min(500 + words * TOKENS_A_WORD * 3 // 2, 200_000)


def _end(text: str) -> str:
    """The last words of a text, from a paragraph's beginning where there is one."""
    words = text.rsplit(maxsplit=SHOWN_WORDS)
    if len(words) <= SHOWN_WORDS:
        return text
    end = text[len(words[0]) :]
    _, found, paragraphs = end.partition("\n\n")
    return paragraphs if found else end
