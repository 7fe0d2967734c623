import os
import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from cluster.settings import PREFIX, Settings, load_settings
from domain.errors import SettingsError

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "a-secret-that-nobody-may-see"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder; and an environment without our variables."""
    for name in list(os.environ):
        if name.upper().startswith(PREFIX):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def variable(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return monkeypatch


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    description = Settings.model_fields[name].description or ""
    assert len(description.split()) >= 3


def test_defaults_do_without_an_environment(folder: Path) -> None:
    settings = load_settings()
    assert settings == Settings()
    assert settings.languages == "eng"
    assert settings.store_uri == f"file:{folder}/var/store"
    assert settings.cache_dir == folder / "var" / "cache"


def test_the_environment_sets(variable: pytest.MonkeyPatch) -> None:
    values = {
        "LANGUAGES": "eng+fra+script/Latin",
        "STORE": "s3://library/shelf",
        "S3_ENDPOINT": "https://r2.example.org",
        "OCR_ENGINE": "pytesseract",
        "LOW_CONFIDENCE": "0.5",
        "OCR_WORKERS": "4",
        "DASHBOARD": "true",
    }
    for name, value in values.items():
        variable.setenv(PREFIX + name, value)
    settings = load_settings()
    assert settings.languages == "eng+fra+script/Latin"
    assert settings.store_uri == "s3://library/shelf"
    assert settings.s3_endpoint == "https://r2.example.org"
    assert settings.ocr_engine == "pytesseract"
    assert settings.low_confidence == 0.5
    assert settings.ocr_workers == 4
    assert settings.dashboard is True


def test_arguments_win_over_the_environment(folder: Path, variable: pytest.MonkeyPatch) -> None:
    variable.setenv("SCRIPTORIUM_LANGUAGES", "deu")
    variable.setenv("SCRIPTORIUM_SLICE_PAGES", "3")
    settings = load_settings(languages="fra", store="file:shelf")
    assert settings.languages == "fra"
    assert settings.slice_pages == 3
    assert settings.store == f"file:{folder}/shelf"


def test_unknown_variables_are_named_with_what_may_be_meant(variable: pytest.MonkeyPatch) -> None:
    variable.setenv("SCRIPTORIUM_LANGUAGE", SECRET)
    variable.setenv("SCRIPTORIUM_XYLOPHONE", SECRET)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value) == (
        "unknown setting SCRIPTORIUM_LANGUAGE; did you mean SCRIPTORIUM_LANGUAGES?; "
        "unknown setting SCRIPTORIUM_XYLOPHONE; docs/operations.md lists those there are"
    )


def test_unknown_arguments_are_named() -> None:
    with pytest.raises(SettingsError, match="SCRIPTORIUM_LANGUAGE:"):
        load_settings(language="eng")


def test_variables_of_others_are_left_alone(variable: pytest.MonkeyPatch) -> None:
    variable.setenv("SCRIPTORIUMS", "many")
    variable.setenv("LANGUAGES", "??")
    assert load_settings() == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LANGUAGES", "eng fra"),
        ("LANGUAGES", "eng+"),
        ("LANGUAGES", "../../secret"),
        ("LANGUAGES", "-l"),
        ("LANGUAGES", "osd"),
        ("LANGUAGES", "eng+equ"),
        ("LANGUAGES", "+".join(["eng"] * 9)),
        ("OCR_ENGINE", "magic"),
        ("LOW_CONFIDENCE", "1.1"),
        ("LOW_CONFIDENCE", "high"),
        ("PAGE_TIMEOUT", "0"),
        ("PAGE_TIMEOUT", "nan"),
        ("PAGE_TIMEOUT", "3601"),
        ("PAGE_MEMORY_MB", "511"),
        ("PAGE_PIXELS", "999999"),
        ("PAGE_ATTEMPTS", "0"),
        ("READER_PAGES", "0"),
        ("SLICE_PAGES", "201"),
        ("OCR_WORKERS", "0"),
        ("OCR_WORKERS", "many"),
        ("BOOK_BYTES", "1"),
        ("BOOK_PAGES", "0"),
        ("CACHE_BYTES", "-1"),
        ("DASHBOARD", "perhaps"),
    ],
)
def test_bad_values_are_refused_by_name(
    name: str, value: str, variable: pytest.MonkeyPatch
) -> None:
    variable.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError, match=f"^{PREFIX}{name}: "):
        load_settings()


def test_all_bad_values_are_named_at_once(variable: pytest.MonkeyPatch) -> None:
    variable.setenv("SCRIPTORIUM_SLICE_PAGES", "0")
    variable.setenv("SCRIPTORIUM_OCR_ENGINE", "magic")
    with pytest.raises(
        SettingsError, match=r"SCRIPTORIUM_OCR_ENGINE: .*; SCRIPTORIUM_SLICE_PAGES:"
    ):
        load_settings()


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"store": "ftp://shelf"}, ["STORE", "file:", "s3://"]),
        ({"store": "shelf"}, ["STORE", "file:", "s3://"]),
        ({"store": "s3:///shelf"}, ["STORE", "bucket"]),
        ({"s3_access_key": KEY}, ["S3_ACCESS_KEY", "S3_SECRET_KEY"]),
        ({"s3_secret_key": SECRET}, ["S3_ACCESS_KEY", "S3_SECRET_KEY"]),
        ({"http_requests": "150"}, ["HTTP_REQUESTS", "HTTP_STREAMS", "HTTP_BODIES"]),
    ],
)
def test_settings_that_do_not_fit_together(
    values: dict[str, str], named: list[str], variable: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError) as by_argument:
        load_settings(**values)
    for name, value in values.items():
        variable.setenv(PREFIX + name.upper(), value)
    with pytest.raises(SettingsError) as by_variable:
        load_settings()
    assert str(by_argument.value) == str(by_variable.value)
    for name in named:
        assert name in str(by_variable.value)
    assert SECRET not in str(by_variable.value)


def test_secrets_do_not_show(variable: pytest.MonkeyPatch) -> None:
    variable.setenv("SCRIPTORIUM_S3_ACCESS_KEY", KEY)
    variable.setenv("SCRIPTORIUM_S3_SECRET_KEY", SECRET)
    settings = load_settings()
    assert settings.s3_secret_key is not None
    assert settings.s3_secret_key.get_secret_value() == SECRET
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert SECRET not in shown
        assert KEY not in shown


def test_secrets_do_not_show_when_another_value_is_bad(variable: pytest.MonkeyPatch) -> None:
    variable.setenv("SCRIPTORIUM_S3_SECRET_KEY", SECRET)
    variable.setenv("SCRIPTORIUM_SLICE_PAGES", SECRET)
    with pytest.raises(SettingsError, match="SCRIPTORIUM_SLICE_PAGES") as caught:
        load_settings()
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__  # the error it comes from shows its input


def test_relative_paths_are_those_of_the_folder_it_was_started_in(
    folder: Path, variable: pytest.MonkeyPatch
) -> None:
    variable.setenv("SCRIPTORIUM_DATA_DIR", "data")
    variable.setenv("SCRIPTORIUM_TESSDATA", "models/best")
    settings = load_settings()
    variable.chdir("/")
    assert settings.data_dir == folder / "data"
    assert settings.tessdata == folder / "models" / "best"
    assert settings.store_uri == f"file:{folder}/data/store"


@pytest.mark.parametrize(
    ("store", "absolute"),
    [
        ("file:shelf", "file:{folder}/shelf"),
        ("file:./shelf", "file:{folder}/shelf"),
        ("file:~/shelf", "file:{folder}/home/shelf"),
        ("file:/shelf", "file:/shelf"),
        ("file:///shelf", "file:/shelf"),
        ("s3://library", "s3://library"),
    ],
)
def test_stores_on_disk_are_absolute(store: str, absolute: str, folder: Path) -> None:
    settings = load_settings(store=store)
    assert settings.store_uri == absolute.format(folder=folder)
    assert load_settings(store=settings.store) == settings


def test_home_is_understood(folder: Path) -> None:
    assert load_settings(data_dir="~/data").data_dir == folder / "home" / "data"


@pytest.mark.parametrize("store", ["File:shelf", "FILE:/shelf", "file:", "file://"])
def test_stores_that_name_no_folder_are_refused(store: str) -> None:
    with pytest.raises(SettingsError, match=r"^SCRIPTORIUM_STORE"):
        load_settings(store=store)


@pytest.mark.parametrize("name", ["TESSDATA", "S3_ENDPOINT", "OCR_WORKERS", "LANGUAGES"])
def test_an_empty_variable_is_as_good_as_none(name: str, variable: pytest.MonkeyPatch) -> None:
    default = load_settings()
    variable.setenv(PREFIX + name, "")
    assert load_settings() == default


def test_settings_travel_to_other_processes() -> None:
    settings = load_settings(
        s3_access_key=KEY, s3_secret_key=SECRET, store="s3://library", tessdata="models"
    )
    copy = pickle.loads(pickle.dumps(settings))
    assert copy == settings
    assert hash(copy) == hash(settings)
    assert copy.s3_secret_key.get_secret_value() == SECRET


def test_a_copy_does_not_look_at_the_environment_again(variable: pytest.MonkeyPatch) -> None:
    packed = pickle.dumps(load_settings(languages="fra"))
    variable.setenv("SCRIPTORIUM_LANGUAGES", "deu")
    assert pickle.loads(packed).languages == "fra"


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(load_settings(), "languages", "fra")  # noqa: B010 -- mypy forbids it as well
