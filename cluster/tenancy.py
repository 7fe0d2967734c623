"""Who may serve what is in the data folder: one server at a time.

Two of them would take the entities from each other in turns, and get nowhere.
"""

from filelock import FileLock, Timeout

from adapters.object_store.pending_file import make_directory
from cluster.settings import Settings
from domain.errors import SettingsError


def hold_data_dir(settings: Settings, tenant: str, seconds: float = 10.0) -> FileLock | None:
    """Keep others from serving until the lock is released or this process ends; `tenant` is how it
    is named to them. Waits up to `seconds` for one who is about to leave.

    None if the event log is not in the folder: then many may share what else is there.

    Raises:
        SettingsError: another one serves from there.
    """
    folder = settings.data_dir
    if settings.database.get_secret_value():
        return None
    make_directory(folder)
    lock, name = FileLock(folder / "serving.lock", thread_local=False), folder / "serving.txt"
    try:
        lock.acquire(timeout=seconds)
    except Timeout:
        other = name.read_text("utf-8") if name.exists() else "another process"
        raise SettingsError(
            f"{other} serves from {folder} already: stop it, set another SCRIPTORIUM_DATA_DIR, or "
            "set SCRIPTORIUM_DATABASE to a PostgreSQL server for both"
        ) from None
    name.write_text(tenant, "utf-8")
    return lock
