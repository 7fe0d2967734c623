"""A process of a cluster that uses its vectors, whose owner is killed meanwhile."""

import asyncio
from collections.abc import Sequence

import ray
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from actors.vectors import NAME, shared_vectors, start_vectors, stop_vectors
from adapters.vectors.base import Hit, VectorStore
from cluster.ray_connection import NAMESPACE, connected
from cluster.settings import Settings, load_settings
from domain.errors import RecordDamaged, VectorsUnavailable
from domain.story.passages import Passage

PROJECT, SPACE = "ab" * 16, "offline"
PASSAGE = Passage(passage_id="bible-1", chapter_id="bible", chapter=0, text="The lamp went out.")


async def found(vectors: VectorStore) -> list[str]:
    """What is found, once the owner is back."""
    patiently = AsyncRetrying(
        retry=retry_if_exception_type(VectorsUnavailable),
        stop=stop_after_delay(60),
        wait=wait_fixed(0.2),
        reraise=True,
    )
    hits: Sequence[Hit] = await patiently(vectors.search, PROJECT, SPACE, (1.0, 0.0), 9)
    return [hit.passage_id for hit in hits]


async def run(settings: Settings) -> None:
    vectors = shared_vectors(settings)
    try:
        await vectors.ping()
    except VectorsUnavailable:
        print("nobody owns them yet")
    await start_vectors(settings)
    await start_vectors(settings)
    try:
        await vectors.put(PROJECT, SPACE, [PASSAGE], [(1.0, 0.0)])
        ray.kill(ray.get_actor(NAME, NAMESPACE), no_restart=False)
        assert await found(vectors) == [PASSAGE.passage_id]
        print("they outlive their owner")
        try:
            await vectors.put(PROJECT, SPACE, [PASSAGE], [(1.0, 0.0, 0.0)])
        except RecordDamaged:
            print("errors keep their type")
        assert set(await vectors.ids(PROJECT, SPACE)) == {PASSAGE.passage_id}
        await vectors.delete(PROJECT, SPACE, [PASSAGE.passage_id])
        assert await found(vectors) == []
        await vectors.remove(PROJECT)
        await vectors.clear()
        await vectors.close()
        print("done")
    finally:
        await stop_vectors()


def main() -> None:
    settings = load_settings()
    with connected(settings):
        asyncio.run(run(settings))


if __name__ == "__main__":
    main()
