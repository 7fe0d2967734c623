"""The embedded story graph: a file a project, read into memory as it is needed."""

import asyncio
import os
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import NamedTuple, ParamSpec, TypeVar
from urllib.parse import quote

import networkx as nx
from cachetools import LRUCache
from filelock import FileLock, Timeout
from pydantic import ValidationError

from adapters.graph.base import LONGEST_WAY, Neighbour, ProjectGraph, nearest
from adapters.graph.links import carriers, links
from adapters.object_store.pending_file import PendingFile, make_directory
from domain.errors import GraphUnavailable, RecordDamaged
from domain.story.facts import StoryTime
from domain.story.memory import end_of
from domain.story.names import fold

_LOADED = 64  # projects in memory
_SUFFIX = ".json"

P = ParamSpec("P")
T = TypeVar("T")


class _Stamp(NamedTuple):
    """What tells one state of a file from another: files are replaced, never written to."""

    inode: int
    changed: int
    size: int


class _Loaded:
    """A project's graph in memory: names (folded) and facts (by their index) are its nodes."""

    def __init__(self, graph: ProjectGraph) -> None:
        self.graph = graph
        self._named = carriers(graph)
        self._net: nx.Graph[str | int] = nx.Graph()
        for index, fact in enumerate(graph.facts):
            for name in {name for names in links(fact, self._named) for name in names}:
                self._net.add_edge(name, index)

    def neighbours(self, names: Sequence[str], moment: StoryTime, distance: int) -> list[Neighbour]:
        folded = {fold(name) for name in names}
        starts = {start for name in folded for start in self._named.get(name, (name,))}
        facts = self.graph.facts

        def holds(node: str | int) -> bool:
            return isinstance(node, str) or facts[node].holds_at(moment)

        net = nx.subgraph_view(self._net, filter_node=holds)
        layers = nx.bfs_layers(net, [start for start in starts if start in net])
        found: list[Neighbour] = []
        for steps, layer in enumerate(islice(layers, 2 * distance)):
            found += [
                Neighbour(fact=facts[node], distance=(steps + 1) // 2)
                for node in layer
                if isinstance(node, int)
            ]
        return found


class NetworkxGraph:
    """See `StoryGraph`. Processes of one machine may share the folder: a file is replaced whole,
    and read again when it is another one."""

    def __init__(self, folder: Path, *, seconds: float = 30.0) -> None:
        self._folder = folder
        self._seconds = seconds
        self._loaded: LRUCache[str, tuple[_Stamp, _Loaded]] = LRUCache(_LOADED)
        self._guard = Lock()
        self._is_closed = False

    async def put(self, graph: ProjectGraph) -> None:
        """See `StoryGraph.put`."""
        await self._run(self._put, graph)

    async def version(self, project_id: str) -> int | None:
        """See `StoryGraph.version`."""
        graph = await self.get(project_id)
        return graph.version if graph else None

    async def get(self, project_id: str) -> ProjectGraph | None:
        """See `StoryGraph.get`."""
        loaded = await self._run(self._load, project_id)
        return loaded.graph if loaded else None

    async def neighbours(
        self, project_id: str, names: Sequence[str], *, at_chapter: int, distance: int = 2
    ) -> Sequence[Neighbour]:
        """See `StoryGraph.neighbours`."""
        steps = max(1, min(distance, LONGEST_WAY))
        return await self._run(self._neighbours, project_id, names, end_of(at_chapter), steps)

    async def remove(self, project_id: str) -> None:
        """See `StoryGraph.remove`."""
        await self._run(self._remove, self._path(project_id))

    async def clear(self) -> None:
        """See `StoryGraph.clear`."""
        for path in await self._run(lambda: list(self._folder.glob(f"*{_SUFFIX}"))):
            await self._run(self._remove, path)

    async def ping(self) -> None:
        """See `StoryGraph.ping`."""
        await self._run(make_directory, self._folder)

    async def close(self) -> None:
        """See `StoryGraph.close`."""
        self._is_closed = True
        with self._guard:
            self._loaded.clear()

    async def _run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._is_closed:
            raise GraphUnavailable("the story graph is closed")
        try:
            return await asyncio.to_thread(work, *args, **kwargs)
        except Timeout as error:
            raise GraphUnavailable(
                f"another process has been writing to {self._folder} for {self._seconds:g} s"
            ) from error
        except OSError as error:
            raise GraphUnavailable(f"the story graphs in {self._folder}: {error}") from error

    def _put(self, graph: ProjectGraph) -> None:
        make_directory(self._folder)
        path = self._path(graph.project_id)
        with self._lock():
            kept = self._load(graph.project_id)
            if kept and (kept.graph.version > graph.version or kept.graph == graph):
                return
            with PendingFile(self._folder) as pending:
                pending.write(graph.model_dump_json().encode())
                pending.replace(path)

    def _load(self, project_id: str) -> _Loaded | None:
        """The graph as its file is now, from memory where that is still so."""
        path = self._path(project_id)
        try:
            with path.open("rb") as file:
                status = os.fstat(file.fileno())
                stamp = _Stamp(status.st_ino, status.st_mtime_ns, status.st_size)
                with self._guard:
                    known = self._loaded.get(project_id)
                if known and known[0] == stamp:
                    return known[1]
                data = file.read()
        except FileNotFoundError:
            return None
        try:
            loaded = _Loaded(ProjectGraph.model_validate_json(data))
        except ValidationError as error:
            raise RecordDamaged(
                f"{path} cannot be understood: run `python -m jobs.rebuild graph` ({error})"
            ) from error
        with self._guard:
            self._loaded[project_id] = (stamp, loaded)
        return loaded

    def _neighbours(
        self, project_id: str, names: Sequence[str], moment: StoryTime, distance: int
    ) -> Sequence[Neighbour]:
        loaded = self._load(project_id)
        return nearest(loaded.neighbours(names, moment, distance)) if loaded else ()

    def _remove(self, path: Path) -> None:
        if self._folder.is_dir():
            with self._lock():
                path.unlink(missing_ok=True)

    def _lock(self) -> FileLock:
        return FileLock(self._folder / ".lock", timeout=self._seconds)

    def _path(self, project_id: str) -> Path:
        return self._folder / (quote(project_id, safe="") + _SUFFIX)
