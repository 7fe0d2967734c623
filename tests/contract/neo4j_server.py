"""A private Neo4j server for tests: a real one, on a free port of the loopback interface."""

import hashlib
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

from neo4j import GraphDatabase
from neo4j.exceptions import Neo4jError, ServiceUnavailable

from tests.contract.server_process import HOST, ServerProcess, free_port

USER = "neo4j"
PASSWORD = "testPasswordThatNobodyMaySee"
NOT_INSTALLED = "Neo4j is not installed: run scripts/setup --tests"

_POM = Path(__file__).parent / "neo4j" / "pom.xml"
_FIRST_PASSWORD = "neo4j"  # to be changed before anything else is answered
_OPENED = ("java.base/java.io", "java.base/java.lang", "java.base/java.nio", "java.base/sun.nio.ch")
# Quick to start rather than quick for long.
_JAVA = (
    *("java", "-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
    *(f"--add-opens={package}=ALL-UNNAMED" for package in _OPENED),
)
_SETTINGS = {
    "server.default_listen_address": HOST,
    "server.http.enabled": "false",
    "server.https.enabled": "false",
    "server.memory.pagecache.size": "32m",
    "dbms.usage_report.enabled": "false",
    "db.tx_log.preallocate": "false",
}


class Neo4jMissing(Exception):
    """Neo4j or Java is not installed."""


class Neo4jServer:
    """Started when made. It ends with `stop`, and at the latest with this process."""

    def __init__(self) -> None:
        self._jars = _jars()
        self._process = ServerProcess("neo4j")
        self.port = free_port()
        settings = _SETTINGS | {
            "server.bolt.listen_address": f"{HOST}:{self.port}",
            "server.bolt.advertised_address": f"{HOST}:{self.port}",
        }
        (self._process.folder / "neo4j.conf").write_text(
            "".join(f"{name}={value}\n" for name, value in settings.items())
        )
        try:
            self._start(self._sets_password)
        except BaseException:
            self.stop()
            raise

    def url(self, *, port: int | None = None, password: str = PASSWORD) -> str:
        """The address of the database; `port` is that of a proxy before the server."""
        return f"bolt://{USER}:{password}@{HOST}:{port or self.port}"

    def execute(self, statement: str) -> list[list[object]]:
        """Run a statement; gives the rows."""
        with GraphDatabase.driver(f"bolt://{HOST}:{self.port}", auth=(USER, PASSWORD)) as driver:
            return [list(record) for record in driver.execute_query(statement).records]

    def restart(self) -> None:
        """Start it again on what it kept."""
        self._start(self._answers)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._process.kill()

    def pause(self) -> None:
        """Let it hang."""
        self._process.pause()

    def resume(self) -> None:
        """Let it go on."""
        self._process.resume()

    def stop(self) -> None:
        """End it and remove all it kept."""
        self._process.stop()

    def _start(self, is_ready: Callable[[], bool]) -> None:
        folder = str(self._process.folder)
        command = ("-cp", f"{self._jars}/*", "org.neo4j.server.CommunityEntryPoint")
        places = (f"--home-dir={folder}", f"--config-dir={folder}")
        self._process.start([*_JAVA, *command, *places], is_ready)

    def _sets_password(self) -> bool:
        return self._does(
            _FIRST_PASSWORD,
            f"ALTER CURRENT USER SET PASSWORD FROM '{_FIRST_PASSWORD}' TO '{PASSWORD}'",
            database="system",
        )

    def _answers(self) -> bool:
        return self._does(PASSWORD, "RETURN 1")

    def _does(self, password: str, statement: str, database: str | None = None) -> bool:
        """Whether the server can be reached, and does it."""
        with socket.socket() as probe:  # quicker to say no than the driver
            if probe.connect_ex((HOST, self.port)):
                return False
        address = f"bolt://{HOST}:{self.port}"
        try:
            with (
                GraphDatabase.driver(address, auth=(USER, password)) as driver,
                driver.session(database=database) as session,
            ):
                session.run(statement).consume()
        except (ServiceUnavailable, Neo4jError):
            return False
        return True


def _jars() -> Path:
    """The folder where scripts/setup put what the pom asks for."""
    name = hashlib.sha256(_POM.read_bytes()).hexdigest()[:16]
    folder = _POM.parents[3] / ".neo4j" / name
    if not folder.is_dir() or shutil.which("java") is None:
        raise Neo4jMissing(NOT_INSTALLED)
    return folder
