from pathlib import Path

import pytest

from cluster.edition import edition_of
from cluster.settings import Settings

SETTINGS = Settings(data_dir=Path("/data"))


def test_the_same_settings_are_one_edition() -> None:
    assert edition_of(SETTINGS) == edition_of(Settings(data_dir=Path("/data")))


@pytest.mark.parametrize(
    "change",
    [
        {"shards": 3},
        {"database": "postgresql://user:one@host/name"},
        {"llm_url": "https://host/v1", "llm_key": "a-key"},
    ],
)
def test_another_setting_makes_another_edition(change: dict[str, object]) -> None:
    assert edition_of(Settings(data_dir=Path("/data"), **change)) != edition_of(SETTINGS)  # type: ignore[arg-type]


def test_a_secret_counts_and_is_not_shown() -> None:
    editions = {
        edition_of(Settings(data_dir=Path("/data"), database=f"postgresql://user:{secret}@host/a"))
        for secret in ("one", "two")
    }
    assert len(editions) == 2


def test_what_only_the_front_uses_ends_no_actor() -> None:
    assert edition_of(SETTINGS.model_copy(update={"http_port": 9000})) == edition_of(SETTINGS)


def test_other_code_is_another_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    before = edition_of(SETTINGS)
    monkeypatch.setattr("cluster.edition._code", lambda: "other code")
    assert edition_of(SETTINGS) != before
