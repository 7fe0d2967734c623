"""Passages in Chroma: its embedded database, or its server over HTTP."""

import asyncio
import hashlib
import itertools
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import ParamSpec, Protocol, TypeVar

import httpx
import numpy as np
from cachetools import LRUCache
from chromadb import Collection as ChromaCollection
from chromadb.api.client import Client
from chromadb.api.collection_configuration import CreateCollectionConfiguration
from chromadb.errors import ChromaError, InvalidArgumentError, NotFoundError

from adapters.vectors.base import MOST_HITS, Hit
from domain.errors import RecordDamaged, ScriptoriumError, VectorsUnavailable
from domain.story.passages import Passage

_OURS = "scriptorium-"  # what the names of our collections begin with
_THREADS = 4
_OPEN = 256  # collections whose handles are kept
_BATCH_ROWS = 1000
_BATCH_NUMBERS = 200_000  # of vectors in one call: some megabytes of JSON
_PAGE = 1000  # collections of one list
_CONFIGURATION: CreateCollectionConfiguration = {"hnsw": {"space": "cosine"}}

P = ParamSpec("P")
T = TypeVar("T")


class Connection(Protocol):
    """How to come by a client. Both methods block."""

    @property
    def place(self) -> str:
        """What may be shown of where the vectors are."""

    def open(self) -> Client:
        """A client. Raises `VectorsUnavailable`, or what Chroma raises."""

    def close(self) -> None:
        """Release what `open` took, if it was called. May be called twice."""


class ChromaVectors:
    """See `VectorStore`. A project has a collection for each space, opened when it is asked for.

    Chroma's client blocks, so that calls run in a few threads; each has `seconds`.
    """

    def __init__(self, connection: Connection, *, seconds: float) -> None:
        self._connection = connection
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="chroma")
        self._opening = Lock()
        self._client: Client | None = None
        self._collections: LRUCache[str, ChromaCollection] = LRUCache(_OPEN)
        self._is_closed = False

    async def put(
        self,
        project_id: str,
        space: str,
        passages: Sequence[Passage],
        vectors: Sequence[Sequence[float]],
    ) -> None:
        """See `VectorStore.put`."""
        if len(passages) != len(vectors):
            raise ValueError(f"{len(passages)} passages with {len(vectors)} vectors")
        name = collection_name(project_id, space)
        for some, of_them in _batches(passages, vectors):
            await self._run(self._put, name, some, of_them)

    async def ids(self, project_id: str, space: str) -> Collection[str]:
        """See `VectorStore.ids`."""
        return await self._run(self._ids, collection_name(project_id, space))

    async def search(
        self, project_id: str, space: str, vector: Sequence[float], limit: int
    ) -> Sequence[Hit]:
        """See `VectorStore.search`."""
        name = collection_name(project_id, space)
        return await self._run(self._search, name, vector, max(1, min(limit, MOST_HITS)))

    async def delete(self, project_id: str, space: str, passage_ids: Collection[str]) -> None:
        """See `VectorStore.delete`."""
        if passage_ids:
            name = collection_name(project_id, space)
            await self._run(self._delete, name, list(passage_ids))

    async def remove(self, project_id: str) -> None:
        """See `VectorStore.remove`."""
        await self._run(self._drop, _prefix(project_id))

    async def clear(self) -> None:
        """See `VectorStore.clear`."""
        await self._run(self._drop, _OURS)

    async def ping(self) -> None:
        """See `VectorStore.ping`."""
        await self._run(lambda: self._opened().heartbeat())

    async def close(self) -> None:
        """See `VectorStore.close`."""
        if not self._is_closed:
            self._is_closed = True
            await asyncio.to_thread(self._close)

    async def _run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._is_closed:
            raise VectorsUnavailable("the vectors are closed")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._seconds):
                return await loop.run_in_executor(
                    self._threads, lambda: self._translated(work, *args, **kwargs)
                )
        except TimeoutError as error:
            raise self._unavailable(f"no answer in {self._seconds:g} s") from error

    def _translated(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(*args, **kwargs)
        except ScriptoriumError:
            raise
        except InvalidArgumentError as error:
            raise RecordDamaged(
                f"Chroma at {self._connection.place} refuses a vector or passage ({error}): if the "
                "embedding model has changed under its name, run `python -m jobs.rebuild vectors`"
            ) from error
        except (ChromaError, httpx.HTTPError, OSError) as error:
            raise self._unavailable(error) from error
        except Exception as error:  # what its server answers otherwise, Chroma raises as no more
            raise self._unavailable(error) from error

    def _unavailable(self, why: object) -> VectorsUnavailable:
        return VectorsUnavailable(f"Chroma at {self._connection.place}: {why or 'no answer'}")

    # What follows runs in threads.

    def _opened(self) -> Client:
        with self._opening:
            if self._client is None:
                self._client = self._connection.open()
            return self._client

    def _close(self) -> None:
        self._threads.shutdown()
        with self._opening:
            self._client = None
            self._collections.clear()
            self._connection.close()

    def _put(
        self, name: str, passages: Sequence[Passage], vectors: Sequence[Sequence[float]]
    ) -> None:
        def upsert(collection: ChromaCollection) -> None:
            collection.upsert(
                ids=[passage.passage_id for passage in passages],
                embeddings=np.asarray(vectors, np.float32),
                metadatas=[
                    {"chapter_id": passage.chapter_id, "chapter": passage.chapter}
                    for passage in passages
                ],
                documents=[passage.text for passage in passages],
            )

        self._in(name, upsert, create=True)

    def _ids(self, name: str) -> Collection[str]:
        return self._in(name, lambda collection: set(collection.get(include=[])["ids"])) or set()

    def _search(self, name: str, vector: Sequence[float], limit: int) -> Sequence[Hit]:
        def query(collection: ChromaCollection) -> Sequence[Hit]:
            found = collection.query(
                query_embeddings=np.asarray([vector], np.float32),
                n_results=limit,
                include=["distances"],
            )
            (ids,), (distances,) = found["ids"], found["distances"] or [[]]
            return [
                Hit(passage_id=passage_id, similarity=1.0 - distance)
                for passage_id, distance in zip(ids, distances, strict=True)
            ]

        hits = self._in(name, query) or ()
        return sorted(hits, key=lambda hit: (-hit.similarity, hit.passage_id))

    def _delete(self, name: str, ids: list[str]) -> None:
        for start in range(0, len(ids), _BATCH_ROWS):
            self._in(name, partial(ChromaCollection.delete, ids=ids[start : start + _BATCH_ROWS]))

    def _drop(self, prefix: str) -> None:
        client = self._opened()
        for name in [name for name in _names(client) if name.startswith(prefix)]:
            with suppress(NotFoundError):  # somebody else was faster
                client.delete_collection(name)
            with self._opening:
                self._collections.pop(name, None)

    def _in(
        self, name: str, work: Callable[[ChromaCollection], T], *, create: bool = False
    ) -> T | None:
        """Work with a collection; without `create` there may be none, and the answer is None."""
        for is_fresh in (False, True):
            try:
                return work(self._collection(name, create=create, fresh=is_fresh))
            except NotFoundError:
                # The handle is that of a collection which was dropped meanwhile, or there is none.
                if is_fresh:
                    break
        if create:
            raise self._unavailable("a collection is dropped as soon as it is made")
        return None

    def _collection(self, name: str, *, create: bool, fresh: bool) -> ChromaCollection:
        client = self._opened()
        with self._opening:
            known = None if fresh else self._collections.get(name)
        if known is not None:
            return known
        if create:
            collection = client.get_or_create_collection(
                name, configuration=_CONFIGURATION, embedding_function=None
            )
        else:
            collection = client.get_collection(name, embedding_function=None)
        with self._opening:
            self._collections[name] = collection
        return collection


def collection_name(project_id: str, space: str) -> str:
    """The name of a collection, whatever the parts of it are: Chroma is particular about names."""
    return f"{_prefix(project_id)}{_digest(space)}"


def _prefix(project_id: str) -> str:
    return f"{_OURS}{_digest(project_id)}-"


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _names(client: Client) -> Iterator[str]:
    for offset in itertools.count(0, _PAGE):
        page = client.list_collections(limit=_PAGE, offset=offset)
        yield from (collection.name for collection in page)
        if len(page) < _PAGE:
            return


def _batches(
    passages: Sequence[Passage], vectors: Sequence[Sequence[float]]
) -> Iterator[tuple[Sequence[Passage], Sequence[Sequence[float]]]]:
    length = max((len(vector) for vector in vectors), default=1)
    rows = max(1, min(_BATCH_ROWS, _BATCH_NUMBERS // max(length, 1)))
    for start in range(0, len(passages), rows):
        yield passages[start : start + rows], vectors[start : start + rows]
