"""The consumer `vectors`: keeps the passages of projects, with their vectors, up to date."""

from collections.abc import Callable, Sequence
from typing import cast
from uuid import uuid4

from actors.entities import Entities
from adapters.llm.base import LanguageModel
from adapters.vectors.base import VectorStore, space_of
from domain.entities.project.queries import WholeProject
from domain.entities.project.state import ProjectState, Stage
from domain.entity import Command, Origin
from domain.errors import ObjectMissing
from domain.events import RecordedEvent
from domain.story.passages import Passage
from jobs.writing.calls import Calls, Run
from jobs.writing.memory import Embed
from jobs.writing.passages import project_passages
from jobs.writing.texts import Texts

PRINCIPAL = "vectors"
"""Who the events of embedding come from."""

EmbedFor = Callable[[str, Origin], Embed]
"""How the passages of a project get their vectors, because of what."""

_BATCH = 100  # passages of one call


class VectorKeeper:
    """Makes a project's passages those of its bible and approved chapters, by asking the project:
    what is missing is added, what is no longer there is deleted.

    Idempotent: what is there is left alone. Interrupted, it goes on with what is still missing.
    """

    def __init__(
        self, entities: Entities, texts: Texts, vectors: VectorStore, embed_for: EmbedFor
    ) -> None:
        self._entities = entities
        self._texts = texts
        self._vectors = vectors
        self._embed_for = embed_for
        self._space: str | None = None

    async def handle(self, event: RecordedEvent) -> None:
        """Bring the passages of the event's project up to date. Raises as `Entities`, `Texts`,
        `VectorStore` and `LanguageModel`."""
        await self.keep(event.stream.id, Origin.because_of(event, PRINCIPAL))

    async def keep(self, project_id: str, origin: Origin | None = None) -> None:
        """Make a project's passages what they should be; without an origin, because somebody
        wants it so. Raises as `handle`."""
        origin = origin or Origin(correlation_id=str(uuid4()), principal=PRINCIPAL)
        wanted = await self._wanted(project_id)
        if not wanted:
            await self._vectors.remove(project_id)
            return
        space = self._space or await self._find_space(project_id, origin, wanted[0])
        kept = set(await self._vectors.ids(project_id, space))
        gone = kept - {passage.passage_id for passage in wanted}
        await self._vectors.delete(project_id, space, gone)
        missing = [passage for passage in wanted if passage.passage_id not in kept]
        for start in range(0, len(missing), _BATCH):
            await self._add(project_id, origin, missing[start : start + _BATCH])

    async def _wanted(self, project_id: str) -> Sequence[Passage]:
        project = await self._project(project_id)
        if project.stage is not Stage.OPEN:
            return ()
        try:
            return await project_passages(project_id, project, self._texts)
        except ObjectMissing:
            # The texts of a project that was deleted meanwhile may have gone with it.
            if (await self._project(project_id)).stage is Stage.OPEN:
                raise
            return ()

    async def _project(self, project_id: str) -> ProjectState:
        answer = await self._entities.query("project", project_id, WholeProject())
        return cast(ProjectState, answer.value)

    async def _find_space(self, project_id: str, origin: Origin, passage: Passage) -> str:
        """The space that the model's vectors are of, which its answers tell."""
        embedded = await self._embed_for(project_id, origin)([passage.text])
        self._space = space_of(embedded.origin)
        return self._space

    async def _add(self, project_id: str, origin: Origin, passages: Sequence[Passage]) -> None:
        texts = [passage.text for passage in passages]
        embedded = await self._embed_for(project_id, origin)(texts)
        self._space = space_of(embedded.origin)
        await self._vectors.put(project_id, self._space, passages, embedded.vectors)


def embedding(entities: Entities, model: LanguageModel, *, is_paid: bool) -> EmbedFor:
    """Vectors from the model; what they cost, if anything, is in the project's ledger."""
    if not is_paid:
        return lambda _project_id, _origin: model.embed

    def embed_for(project_id: str, origin: Origin) -> Embed:
        async def do(command: Command) -> None:
            await entities.execute("project", project_id, command, origin=origin)

        calls = Calls(model, do, Run(f"vectors:{uuid4().hex}"))
        return lambda texts: calls.embed("passages", texts)

    return embed_for
