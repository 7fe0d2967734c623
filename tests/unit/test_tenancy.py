from pathlib import Path

import pytest

from cluster.settings import Settings
from cluster.tenancy import hold_data_dir
from domain.errors import SettingsError


def test_a_data_folder_has_one_tenant_at_a_time(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    first = hold_data_dir(settings, "process 7")
    with pytest.raises(SettingsError, match=rf"process 7 serves from {settings.data_dir} already"):
        hold_data_dir(settings, "process 8", seconds=0)
    assert first
    first.release()
    second = hold_data_dir(settings, "process 8", seconds=0)
    assert second
    with pytest.raises(SettingsError, match="process 8 serves"):
        hold_data_dir(settings, "process 7", seconds=0)


def test_a_log_on_a_server_is_for_many(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database="postgresql://user:password@host/name")
    assert hold_data_dir(settings, "process 7") is None
    assert hold_data_dir(settings, "process 8") is None
