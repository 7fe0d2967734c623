import traceback
from pathlib import Path

import pytest

from cluster.settings import Settings, load_settings
from cluster.wiring import open_log
from domain.errors import SettingsError
from domain.events import StreamId

URL = "postgresql://writer:verySecretWord@db.example:5433/log?sslmode=require"


def test_a_postgresql_address_is_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIPTORIUM_DATABASE", URL)
    settings = load_settings()
    assert settings.database.get_secret_value() == URL
    assert "verySecretWord" not in f"{settings!r} {settings}"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://writer:verySecretWord@db.example/log",
        "writer:verySecretWord@db.example/log",
        "postgresql://writer:verySecretWord@db.example",
        "postgresql://writer:verySecretWord@/log",
        "postgresql://writer:verySecretWord@db.example:five/log",
        "postgresql://writer:verySecretWord@[db.example/log",
        "verySecretWord",
    ],
)
def test_a_wrong_address_is_told_without_the_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("SCRIPTORIUM_DATABASE", url)
    with pytest.raises(SettingsError, match="SCRIPTORIUM_DATABASE: write postgresql:") as caught:
        load_settings()
    assert "verySecretWord" not in "".join(traceback.format_exception(caught.value))


async def test_without_an_address_the_log_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    log = open_log(Settings(data_dir=tmp_path / "data"))
    assert not (tmp_path / "data").exists()
    assert await log.version(StreamId("book", "b1")) == 0
    await log.close()
    assert (tmp_path / "data" / "log.db").is_file()


async def test_a_postgresql_log_is_opened_without_asking_the_network() -> None:
    log = open_log(Settings(database=URL))
    await log.close()
