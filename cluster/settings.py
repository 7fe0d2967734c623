"""Settings, read once from the environment (prefix `SCRIPTORIUM_`) and passed around as a value."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import SettingsError

PREFIX = "SCRIPTORIUM_"
_LANGUAGES = re.compile(r"[A-Za-z][A-Za-z0-9_/-]*(\+[A-Za-z][A-Za-z0-9_/-]*){0,7}")


class Settings(BaseSettings):
    """Everything that can be set. Small and picklable: each Ray process builds its own adapters."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        validate_default=True,
    )

    data_dir: Path = Field(Path("var"), description="folder for everything kept on this machine")
    store: str = Field(
        "",
        description="`file:FOLDER` or `s3://bucket/prefix`; data_dir/store if empty",
    )
    s3_endpoint: str | None = Field(None, description="S3 endpoint URL, e.g. for R2; AWS if unset")
    s3_region: str = Field("auto", description="S3 region; `auto` suits R2")
    s3_access_key: SecretStr | None = Field(None, description="else the usual AWS credential chain")
    s3_secret_key: SecretStr | None = Field(None, description="belongs to s3_access_key")

    languages: str = Field("eng", description="Tesseract languages, joined by +, e.g. eng+fra")
    ocr_engine: Literal["tesserocr", "pytesseract"] = Field(
        "tesserocr", description="in-process Tesseract, or the tesseract command"
    )
    tessdata: Path | None = Field(
        None, description="folder of *.traineddata; searched in the usual places if unset"
    )
    low_confidence: float = Field(
        0.70, ge=0, le=1, description="below this mean confidence a page is `low_confidence`"
    )
    page_timeout: Annotated[float, Field(gt=0, le=3600)] = Field(
        60.0, description="seconds one attempt at a page may take before its reader is killed"
    )
    page_memory_mb: int = Field(
        2048, ge=512, le=65536, description="address space of one page reader, in MiB"
    )
    page_pixels: int = Field(
        30_000_000, ge=1_000_000, le=400_000_000, description="most pixels a page is rendered to"
    )
    page_attempts: int = Field(3, ge=1, le=5, description="attempts before a page is `failed`")
    reader_pages: int = Field(
        300, ge=1, le=100_000, description="pages after which a page reader is replaced"
    )

    slice_pages: int = Field(8, ge=1, le=200, description="most pages in a slice")
    ocr_workers: int | None = Field(
        None,
        ge=1,
        le=10_000,
        description="slices read at once; one a CPU if unset",
    )
    book_bytes: int = Field(
        2 * 1024**3, ge=1024, description="a larger file is refused as too_large"
    )
    book_pages: int = Field(20_000, ge=1, description="a longer book is refused as too_large")
    cache_bytes: int = Field(
        20 * 1024**3, ge=0, description="size to which a node's copies of fetched books are trimmed"
    )
    dashboard: bool = Field(
        False, description="start Ray's dashboard with a Ray that a job starts for itself"
    )

    @field_validator("languages")
    @classmethod
    def _languages_are_codes(cls, value: str) -> str:
        if not _LANGUAGES.fullmatch(value):
            raise ValueError("use up to eight Tesseract codes joined by +, such as eng+fra")
        return value

    @field_validator("data_dir", "tessdata")
    @classmethod
    def _path_is_absolute(cls, value: Path | None) -> Path | None:
        # Workers run in other folders than the one a relative path was meant from.
        return value and value.expanduser().absolute()

    @field_validator("store")
    @classmethod
    def _store_is_absolute(cls, value: str) -> str:
        scheme, _, folder = value.partition(":")
        if scheme != "file":
            return value
        if not folder.removeprefix("//"):
            raise ValueError("store has no folder: write file:FOLDER")
        return f"file:{Path(folder.removeprefix('//')).expanduser().absolute()}"

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        scheme, _, place = self.store.partition(":")
        if self.store and scheme not in {"file", "s3"}:
            raise ValueError("store must start with file: or s3://")
        if scheme == "s3" and not place.removeprefix("//").partition("/")[0]:
            raise ValueError("store has no bucket: write s3://bucket/prefix")
        if (self.s3_access_key is None) != (self.s3_secret_key is None):
            raise ValueError("set s3_access_key and s3_secret_key together, or neither")
        return self

    @property
    def store_uri(self) -> str:
        """The object store in force."""
        return self.store or f"file:{self.data_dir / 'store'}"

    @property
    def cache_dir(self) -> Path:
        """Where a node keeps copies of the books it reads from a remote store."""
        return self.data_dir / "cache"


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, `overrides` (by field name) winning.

    Raises:
        SettingsError: a variable is unknown or has a bad value, or two contradict each other.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(
            f"unknown setting {', '.join(unknown)}; known are {', '.join(sorted(known))}"
        )
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        problems = "; ".join(
            f"{PREFIX}{'_'.join(str(part) for part in problem['loc']).upper()}".rstrip("_")
            + f": {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors(include_input=False, include_url=False)
        )
        raise SettingsError(problems) from None
