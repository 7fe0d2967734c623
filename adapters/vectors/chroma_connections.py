"""Where Chroma is: in files of this machine, or behind a server."""

from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import chromadb
import httpx
from chromadb.api.client import AdminClient, Client
from chromadb.api.rust import RustBindingsAPI
from chromadb.config import Settings, System
from filelock import FileLock, Timeout

from adapters.object_store.pending_file import make_directory
from domain.errors import VectorsUnavailable

_OPEN_INDEXES = 100  # of embedded collections: five files and some megabytes each


class EmbeddedChroma:
    """Chroma's files in a folder; they belong to one process at a time, which a lock sees to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FileLock(folder / ".lock", blocking=False, thread_local=False)
        self._client: Client | None = None

    @property
    def place(self) -> str:
        """See `Connection`."""
        return str(self._folder)

    def open(self) -> Client:
        """See `Connection`."""
        make_directory(self._folder)
        try:
            self._lock.acquire()
        except Timeout:
            raise VectorsUnavailable(
                f"the vectors in {self._folder} are open in another process: stop that, or run a "
                "Chroma server for both and set SCRIPTORIUM_VECTORS"
            ) from None
        try:
            self._client = _embedded(self._folder)
        except BaseException:
            self._lock.release()
            raise
        return self._client

    def close(self) -> None:
        """See `Connection`."""
        if self._client is not None:
            self._client.close()
            self._client = None
            self._lock.release()


class ChromaServer:
    """A Chroma server at an `http://` or `https://` address; an answer has `seconds`."""

    def __init__(self, address: str, *, seconds: float) -> None:
        url = urlsplit(address)
        self._host = url.hostname or ""
        self._is_secure = url.scheme == "https"
        self._port = url.port or (443 if self._is_secure else 80)
        self._seconds = seconds
        self._client: Client | None = None
        self.place = address.rstrip("/")

    def open(self) -> Client:
        """See `Connection`."""
        # Chroma's client asks at once and would wait for an answer for ever.
        httpx.get(f"{self.place}/api/v2/heartbeat", timeout=self._seconds).raise_for_status()
        client = chromadb.HttpClient(
            self._host,
            self._port,
            self._is_secure,
            settings=Settings(anonymized_telemetry=False),
        )
        self._client = cast(Client, client)
        for session in _sessions(self._client):
            session.timeout = httpx.Timeout(self._seconds)
        return self._client

    def close(self) -> None:
        """See `Connection`."""
        if self._client is not None:
            for session in _sessions(self._client):
                session.close()  # which Chroma does not
            self._client.close()
            self._client = None


def _embedded(folder: Path) -> Client:
    """As `chromadb.PersistentClient`, which has as many indexes open as the system lets it."""
    system = System(
        Settings(is_persistent=True, persist_directory=str(folder), anonymized_telemetry=False)
    )
    system.instance(RustBindingsAPI).hnsw_cache_size = _OPEN_INDEXES
    system.start()
    return Client.from_system(system)


def _sessions(client: Client) -> tuple[httpx.Client, httpx.Client]:
    """The connections of a client, of which its own interface says nothing."""
    admin = cast(AdminClient, client._admin_client)
    return client._server._session, admin._server._session  # type: ignore[attr-defined]
