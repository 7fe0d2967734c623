import traceback
from pathlib import Path

import pytest

from adapters.llm.composed import Composed
from adapters.llm.offline import OfflineModel
from adapters.llm.openai_model import OpenAiModel
from cluster.settings import Settings, load_settings
from cluster.wiring import open_model
from domain.errors import SettingsError

KEY = "sk-aKeyThatNobodyMaySee"
URL = "http://127.0.0.1:9/v1"


async def test_without_an_endpoint_the_offline_provider_writes() -> None:
    model = open_model(Settings())
    assert isinstance(model, OfflineModel)
    assert model.origin.provider == "offline"
    await model.close()


async def test_an_endpoint_writes_and_the_offline_provider_makes_vectors(tmp_path: Path) -> None:
    model = open_model(Settings(llm_url=URL, llm_key=KEY, llm_cache_answers=10, data_dir=tmp_path))
    assert isinstance(model, Composed)
    assert model.origin.provider == "openai"
    assert model.origin.model == Settings().llm_model
    assert (await model.embed(["the mill"])).origin.provider == "offline"
    await model.close()


async def test_an_endpoint_makes_vectors_where_a_model_is_set() -> None:
    model = open_model(Settings(llm_url=URL, llm_model="w", llm_embedding_model="e"))
    assert isinstance(model, OpenAiModel)
    await model.close()


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"llm_key": KEY}, "llm_url"),
        ({"llm_embedding_model": "e"}, "llm_url"),
        ({"llm_url": f"https://me:{KEY}@host/v1"}, "SCRIPTORIUM_LLM_URL"),
        ({"llm_url": f"https://host/v1?key={KEY}"}, "SCRIPTORIUM_LLM_URL"),
        ({"llm_url": "host/v1"}, "SCRIPTORIUM_LLM_URL"),
        ({"llm_url": "ftp://host/v1"}, "SCRIPTORIUM_LLM_URL"),
        ({"llm_url": "http://[host/v1"}, "SCRIPTORIUM_LLM_URL"),
        ({"llm_url": URL, "llm_key": f"{KEY}\r\nX: y"}, "SCRIPTORIUM_LLM_KEY"),
        ({"llm_url": URL, "llm_key": f"{KEY} é"}, "SCRIPTORIUM_LLM_KEY"),
        ({"llm_prices": f'{{"m": "{KEY}"}}'}, "SCRIPTORIUM_LLM_PRICES"),
        ({"llm_attempts": 0}, "SCRIPTORIUM_LLM_ATTEMPTS"),
        ({"llm_parallel": 1001}, "SCRIPTORIUM_LLM_PARALLEL"),
        ({"llm_breaker_seconds": float("nan")}, "SCRIPTORIUM_LLM_BREAKER_SECONDS"),
        ({"llm_cache_answers": -1}, "SCRIPTORIUM_LLM_CACHE_ANSWERS"),
    ],
)
def test_what_does_not_fit_is_refused_and_the_key_not_shown(
    values: dict[str, object], named: str
) -> None:
    with pytest.raises(SettingsError, match=named) as caught:
        load_settings(**values)
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_the_key_does_not_show() -> None:
    settings = Settings(llm_url=URL, llm_key=KEY)
    assert KEY not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_prices_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    table = '{"w": {"prompt": 1, "completion": 2}}'
    monkeypatch.setenv("SCRIPTORIUM_LLM_PRICES", table)
    assert load_settings().llm_prices == table
