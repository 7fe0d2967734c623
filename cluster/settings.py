"""Settings, read once from the environment (prefix `SCRIPTORIUM_`) and passed around as a value."""

import os
import re
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from cluster.settings_parts.consumers import ConsumerSettings
from cluster.settings_parts.http import HttpSettings
from cluster.settings_parts.language_model import LanguageModelSettings
from cluster.settings_parts.projections import ProjectionSettings
from cluster.settings_parts.reading import ReadingSettings
from cluster.settings_parts.storage import StorageSettings
from cluster.settings_parts.writing import WritingSettings
from domain.errors import SettingsError

PREFIX = "SCRIPTORIUM_"
_LANGUAGE = r"(?!(?:osd|equ)\b)[A-Za-z][A-Za-z0-9_/-]*"  # those two only help Tesseract
LANGUAGES = re.compile(rf"{_LANGUAGE}(\+{_LANGUAGE}){{0,7}}")


class Settings(
    StorageSettings,
    ReadingSettings,
    HttpSettings,
    ConsumerSettings,
    LanguageModelSettings,
    WritingSettings,
    ProjectionSettings,
    BaseSettings,
):
    """Everything that can be set. Small and picklable: each Ray process builds its own adapters."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        validate_default=True,
    )

    @field_validator("languages")
    @classmethod
    def _languages_are_codes(cls, value: str) -> str:
        if not LANGUAGES.fullmatch(value):
            raise ValueError(
                "use up to eight of Tesseract's codes of languages, which osd and equ are not, "
                "joined by +, such as eng+fra"
            )
        return value

    @field_validator("data_dir", "tessdata")
    @classmethod
    def _path_is_absolute(cls, value: Path | None) -> Path | None:
        # Workers run in other folders than the one a relative path was meant from.
        return value and value.expanduser().absolute()

    @field_validator("database")
    @classmethod
    def _database_is_postgresql(cls, value: SecretStr) -> SecretStr:
        try:
            url = urlsplit(value.get_secret_value())
            complete = url.hostname and url.path.strip("/") and (url.port is None or url.port > 0)
        except ValueError:
            complete = False
        if value and not (complete and url.scheme in {"postgresql", "postgres"}):
            raise ValueError("write postgresql://user:password@host/name, or leave it empty")
        return value

    @field_validator("store")
    @classmethod
    def _store_is_absolute(cls, value: str) -> str:
        scheme, _, folder = value.partition(":")
        if scheme != "file":
            return value
        if not folder.removeprefix("//"):
            raise ValueError("it names no folder: write file:FOLDER")
        return f"file:{Path(folder.removeprefix('//')).expanduser().absolute()}"

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        scheme, _, place = self.store.partition(":")
        if self.store and scheme not in {"file", "s3"}:
            raise ValueError(f"{PREFIX}STORE must start with file: or s3://")
        if scheme == "s3" and not place.removeprefix("//").partition("/")[0]:
            raise ValueError(f"{PREFIX}STORE names no bucket: write s3://bucket/prefix")
        if (self.s3_access_key is None) != (self.s3_secret_key is None):
            keys = f"{PREFIX}S3_ACCESS_KEY and {PREFIX}S3_SECRET_KEY"
            raise ValueError(f"set {keys} together, or neither")
        held = ("http_uploads", "http_bodies", "http_streams", "http_checks")
        if sum(getattr(self, name) for name in held) >= self.http_requests:
            names = ", ".join(f"{PREFIX}{name.upper()}" for name in held)
            raise ValueError(
                f"{PREFIX}HTTP_REQUESTS must be more than {names} together, or those that last "
                "could take all its places"
            )
        return self

    @property
    def store_uri(self) -> str:
        """The object store in force."""
        return self.store or f"file:{self.data_dir / 'store'}"

    @property
    def cache_dir(self) -> Path:
        """Where a node keeps copies of the books it reads from a remote store."""
        return self.data_dir / "cache"

    @property
    def database_place(self) -> str:
        """Where the event log is, without its password."""
        url = urlsplit(self.database.get_secret_value())
        return f"{url.hostname}{url.path}" if url.hostname else str(self.data_dir / "log.db")

    @property
    def answer_dir(self) -> Path:
        """Where a language model's answers are kept."""
        return self.data_dir / "answers"

    @property
    def upload_dir(self) -> Path:
        """Where uploads lie while they arrive."""
        return self.data_dir / "uploads"


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, `overrides` (by field name) winning.

    Raises:
        SettingsError: a variable is unknown or has a bad value, or two contradict each other.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError("; ".join(_unknown(name, known) for name in unknown))
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
        raise SettingsError("; ".join(map(_problem, problems))) from None


def _unknown(name: str, known: Collection[str]) -> str:
    names = [setting.removeprefix(PREFIX) for setting in known]
    near = get_close_matches(name.removeprefix(PREFIX), names, n=1)
    hint = (
        f"did you mean {PREFIX}{near[0]}?" if near else "docs/operations.md lists those there are"
    )
    return f"unknown setting {name}; {hint}"


def _problem(problem: ErrorDetails) -> str:
    """What is wrong with one setting, or with several together, which it then names itself."""
    said = problem["msg"].removeprefix("Value error, ")
    name = "_".join(str(part) for part in problem["loc"]).upper()
    return f"{PREFIX}{name}: {said}" if name else said
