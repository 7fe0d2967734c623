"""Planning a chapter's beats from an instruction."""

from collections.abc import Sequence

from adapters.llm.offline.grammar import Grammar
from adapters.llm.offline.quill import Quill, seeded
from adapters.llm.offline.stage import cast, player, scenery
from adapters.llm.offline.told import wishes
from domain.story.length import count_words
from domain.story.prompts.answers import Beat, Plan
from domain.story.prompts.material import PlanMaterial

SCENE_WORDS = 400
MOST_SCENES = 40
_MIDDLE = ("talk", "conflict", "turn")


def kind_of(scene: int, scenes: int) -> str:
    """What sort of scene stands at a place of a chapter."""
    if scene == 1:
        return "arrival"
    return "close" if scene == scenes else _MIDDLE[(scene - 2) % len(_MIDDLE)]


def is_present(tense: str, grammar: Grammar) -> bool:
    """Whether a style's note on the tense asks for the present."""
    return any(word in tense.lower() for word in grammar.present)


def planned(material: PlanMaterial, grammar: Grammar) -> Plan:
    """Beats that share out the instruction's sentences in order; where there are more beats than
    sentences, the others get something quiet to happen."""
    target = material.target_word_count
    scenes = min(max(round(target / SCENE_WORDS), 1), MOST_SCENES)
    shares = _shared_out(wishes(material.instruction, grammar), scenes)
    quill = Quill(
        grammar,
        seeded("plan", material.model_dump_json()),
        rules={},
        so_far="",
        present=is_present(material.bible.style.tense, grammar),
    )
    beats = [
        _beat(material, quill, share, kind_of(number, scenes))
        for number, share in enumerate(shares, 1)
    ]
    spare = max(target - sum(beat.words for beat in beats), 0)
    return Plan(
        beats=tuple(
            beat.model_copy(update={"words": beat.words + _part(spare, number, scenes)})
            for number, beat in enumerate(beats)
        )
    )


def _shared_out(wanted: Sequence[str], scenes: int) -> list[list[str]]:
    """Sentences to scenes, in order: evenly, from the first scene on."""
    shares: list[list[str]] = [[] for _ in range(scenes)]
    for number, wish in enumerate(wanted):
        shares[number * scenes // max(len(wanted), 1)].append(wish)
    return shares


def _part(spare: int, number: int, scenes: int) -> int:
    return spare * (number + 1) // scenes - spare * number // scenes


def _beat(material: PlanMaterial, quill: Quill, share: Sequence[str], kind: str) -> Beat:
    grammar = quill.grammar
    wanted = " ".join(share)
    people = cast(material, grammar, wanted or material.instruction, material.instruction)
    place = scenery(material, grammar, wanted or material.instruction, people)
    players = [player(each, material, grammar, wanted).name for each in people]
    names = {"place": grammar.place(place)}
    names |= dict(zip("ab", players or grammar.strangers, strict=False))
    return Beat(
        title=grammar.titles[kind],
        what=wanted or _quiet(quill, kind, names),
        characters=tuple(each.name for each in people),
        place=None if place == grammar.nowhere else place,
        words=count_words(wanted),
    )


def _quiet(quill: Quill, kind: str, names: dict[str, str]) -> str:
    templates = quill.ordered(quill.grammar.plan[kind])
    filled = (quill.phrase(template, names) for template in templates)
    return quill.finished(next(each for each in filled if each is not None))
