"""What goes wrong between us and PostgreSQL, in the log's own errors."""

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from domain.errors import (
    LogRaced,
    LogUnavailable,
    RecordDamaged,
    ScriptoriumError,
    SettingsError,
    UsageError,
)

FOREIGN_ERRORS = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
"""What the driver and its pool raise; `OSError` includes `TimeoutError`."""

# By the classes of PostgreSQL's error codes, see the appendix of its manual.
_UNAVAILABLE = {
    "08",  # the connection broke
    "25",  # the transaction was ended for idling, or the server is a read-only copy
    "53",  # out of memory, disk or connections
    "55",  # a lock was not had in time
    "57",  # the server shuts down, or cancelled a statement that took too long
    "58",  # the system below the server failed
}
_RACED = {"23505", "40001", "40P01"}  # something exists already, or two waited for each other
_REFUSED = {"28", "3D"}
_BAD_VALUE = "22"
_NOT_PERMITTED = "42501"


def translated(error: Exception) -> ScriptoriumError:
    """The log's error for one of `FOREIGN_ERRORS`.

    The messages have the kind of the failure only: what a driver writes may repeat parts of
    the address.
    """
    cause = error.driver_exception if isinstance(error, DBAPIError) else error
    code = str(getattr(cause, "sqlstate", None) or "")
    if code in _RACED:
        return LogRaced(f"another writer was faster (PostgreSQL {code}): try again")
    if code[:2] in _REFUSED or code == _NOT_PERMITTED:
        return SettingsError(
            f"PostgreSQL refused the event log ({code}): check user, password, database and "
            "permissions in SCRIPTORIUM_DATABASE"
        )
    if isinstance(cause, asyncpg.exceptions.ClientConfigurationError):
        return SettingsError("SCRIPTORIUM_DATABASE has an option that is not understood")
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    silent = isinstance(cause, (OSError, asyncpg.InterfaceError, NoFreeConnection)) or not code
    if code[:2] in _UNAVAILABLE or lost or silent:
        return LogUnavailable(
            f"PostgreSQL did not answer ({code or type(cause).__name__}): try again"
        )
    if code[:2] == _BAD_VALUE:
        return UsageError(f"PostgreSQL cannot store or look for such a value ({code})")
    return RecordDamaged(
        f"the event log's tables are not what they should be (PostgreSQL {code}): restore a backup"
    )
