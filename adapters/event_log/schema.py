"""The schema of the log: its revisions, and what a log of another revision is told."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from adapters.event_log.base import Upgrade
from adapters.event_log.restored import is_restored, renumber
from domain.errors import SettingsError

HEAD = "0005"
"""The newest revision in migrations/versions."""

_ADVICE = "stop everything that uses it and run `python -m jobs.event_log upgrade`"
_LOCK = 4_950_171_882_310_117  # of PostgreSQL's advisory locks; any number that is ours


def revision(connection: Connection) -> str | None:
    """The revision a database is at; None when it holds no log."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalars(text("SELECT version_num FROM alembic_version")).one_or_none()


def prepare(connection: Connection) -> None:
    """Create the schema in a database without one, in the connection's transaction.

    Several processes may do so at once: the first one does it.

    Raises:
        SettingsError: the log was written by an older or a newer version of Scriptorium, or it
            was restored from another server.
    """
    found = revision(connection)
    if found is None:
        _lock(connection)
        found = revision(connection)
    if found is None:
        migrate(connection)
    elif found < HEAD:
        raise SettingsError(f"the event log has schema {found}, not {HEAD}: {_ADVICE}")
    elif found > HEAD:
        raise SettingsError(
            f"the event log has schema {found}, this version knows up to {HEAD}: "
            "run a newer version of Scriptorium"
        )
    elif is_restored(connection):
        raise SettingsError(f"the event log was restored from another server: {_ADVICE}")


def upgrade(connection: Connection) -> Upgrade:
    """Bring the log up to date with this version and this server, in one transaction.

    Raises:
        SettingsError: the log was written by a newer version of Scriptorium.
    """
    _lock(connection)
    found = revision(connection)
    if found is not None and found < HEAD:
        migrate(connection)
    if found is not None and found <= HEAD and is_restored(connection):
        renumber(connection)
    prepare(connection)
    return Upgrade(found, HEAD)


def migrate(connection: Connection, target: str = HEAD) -> None:
    """Run the migrations up to `target`."""
    # Importing it takes a while, which a log that is up to date need not pay.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option(
        "script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%")
    )
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def _lock(connection: Connection) -> None:
    """Wait for others that migrate. On SQLite the transaction itself is the lock."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
