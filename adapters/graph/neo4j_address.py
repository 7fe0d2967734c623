"""Where Neo4j is, and who we are there."""

from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from domain.errors import SettingsError

_SCHEMES = frozenset(
    f"{scheme}{security}" for scheme in ("bolt", "neo4j") for security in ("", "+s", "+ssc")
)
HINT = "write neo4j://user:password@host:7687 or bolt://..., a database's name after a /"


class Neo4jAddress(NamedTuple):
    """An address of the driver, without credentials; these; the database, or the server's own."""

    uri: str
    auth: tuple[str, str] | None
    database: str | None

    @property
    def place(self) -> str:
        """What may be shown of it."""
        return self.uri if self.database is None else f"{self.uri}/{self.database}"


def neo4j_address(text: str) -> Neo4jAddress:
    """The parts of `neo4j://user:password@host:port/database`; what is escaped in it is not any
    more. Raises `SettingsError`, which says nothing of the password."""
    try:
        url = urlsplit(text)
        is_complete = bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:
        raise SettingsError(HINT) from None
    if url.scheme not in _SCHEMES or not is_complete or url.query or url.fragment:
        raise SettingsError(HINT)
    host = url.netloc.rpartition("@")[2]
    auth = (unquote(url.username), unquote(url.password or "")) if url.username else None
    return Neo4jAddress(f"{url.scheme}://{host}", auth, url.path.strip("/") or None)
