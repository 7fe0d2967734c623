"""A chapter's text: planned, written scene by scene, put together."""

import logging
from collections.abc import Sequence

from adapters.llm.base import Completion, Delta
from domain.entities.project.state import Generation
from domain.errors import AnswerUnusable
from domain.prompt import Prompt
from domain.story.length import Room, count_words, room_for, shortened
from domain.story.prompts.answers import Beat, Plan
from domain.story.prompts.material import Ground, PlanMaterial, SceneMaterial
from domain.story.prompts.verified import fitted_beats
from domain.story.prompts.writing import plan_prompt, scene_prompt
from domain.story.scenes import BREAK
from domain.story.texts import TextRef
from jobs.writing.desk import Desk

_PARTS = 4  # that a scene may be made of, if the model writes little at a time
_PART_WORDS = 300  # and for each so many words one part more
_logger = logging.getLogger(__name__)


class Drafter:
    """Writes one chapter, from wherever an earlier run has come to.

    `ground` is what the chapter stands on.
    """

    def __init__(self, desk: Desk, generation: Generation, ground: Ground) -> None:
        self._desk = desk
        self._generation = generation
        self._ground = ground

    async def write(self) -> None:
        """Write what is missing, and record the draft.

        Raises:
            ModelUnavailable: see `LanguageModel`, also for the others.
            ModelRefused, AnswerUnusable: the chapter cannot be written.
            CommandRefused: the budget is spent.
            Retryable: as `Entities` and `ObjectStore`.
        """
        beats = self._generation.beats or await self._plan()
        scenes = await self._desk.texts.get_all(self._desk.project_id, self._generation.scenes)
        for number, text in enumerate(scenes, start=1):  # for who follows from the beginning
            self._desk.live.begin(number)
            self._desk.live.add(text)
        for number in range(len(scenes) + 1, len(beats) + 1):
            text = await self._scene(beats, scenes)
            await self._desk.manuscript.scene(number, await self._store(text))
            scenes.append(text)
        draft = await self._store(BREAK.join(scenes))
        await self._desk.manuscript.draft(draft, self._desk.calls.origin)

    async def _plan(self) -> Sequence[Beat]:
        target = self._generation.target_word_count
        prompt = plan_prompt(PlanMaterial(**dict(self._ground), target_word_count=target))
        try:
            plan = await self._desk.calls.structured("plan", prompt, Plan)
        except AnswerUnusable as error:  # it may be able to write all the same
            _logger.warning("project %s: no plan, so one scene: %s", self._desk.project_id, error)
            plan = Plan(beats=())
        beats = fitted_beats(plan, target) or (self._only_beat(target),)
        await self._desk.manuscript.beats(beats)
        return beats

    def _only_beat(self, words: int) -> Beat:
        what = self._ground.instruction or "-"
        return Beat(title="", what=what, characters=(), place=None, words=words)

    async def _scene(self, beats: Sequence[Beat], scenes: Sequence[str]) -> str:
        """The next scene, as long as there is room for."""
        target, before = self._generation.target_word_count, len(scenes)
        written = sum(map(count_words, scenes)) + before  # and the breaks
        room = room_for(target, written, [beat.words for beat in beats[before:]])
        beat, number = beats[before], before + 1
        self._desk.live.begin(number)
        text = ""
        for part in range(_PARTS + room.share // _PART_WORDS):
            words = room.share - count_words(text)
            material = SceneMaterial(
                **dict(self._ground),
                beat=beat,
                scene=number,
                scenes=len(beats),
                words=max(words, 1),
                so_far=_joined(*scenes, text),
            )
            more = await self._prose(f"scene-{number}-{part}", scene_prompt(material))
            text = _joined(text, more)
            if count_words(text) >= max(room.least, 1) or not more:
                break
            self._desk.live.add("\n\n")
        if not text:
            raise AnswerUnusable(f"the model wrote nothing for scene {number}: try another model")
        return self._fitted(text, room, number)

    def _fitted(self, text: str, room: Room, number: int) -> str:
        fitted = shortened(text, room, frozenset(self._desk.language.abbreviations))
        if fitted != text:
            self._desk.live.begin(number)  # who follows has seen more than there is
            self._desk.live.add(fitted)
        return fitted

    async def _prose(self, step: str, prompt: Prompt) -> str:
        whole = ""
        async for item in self._desk.calls.stream(step, prompt):
            match item:
                case Delta():
                    self._desk.live.add(_well_formed(item.text))
                case Completion():
                    whole = _well_formed(item.text)
        return whole.strip()

    async def _store(self, text: str) -> TextRef:
        return await self._desk.texts.put(self._desk.project_id, text)


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _well_formed(text: str) -> str:
    """Without halves of surrogate pairs, which some endpoints send and nobody can store."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
