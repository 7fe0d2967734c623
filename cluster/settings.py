"""Settings, read once from the environment (prefix `SCRIPTORIUM_`) and passed around as a value."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import SettingsError

PREFIX = "SCRIPTORIUM_"
LANGUAGES = re.compile(r"[A-Za-z][A-Za-z0-9_/-]*(\+[A-Za-z][A-Za-z0-9_/-]*){0,7}")


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

    database: SecretStr = Field(
        SecretStr(""),
        description="event log, `postgresql://user:password@host/name`; data_dir/log.db if empty",
    )
    database_connections: int = Field(
        8,
        ge=1,
        le=200,
        description="connections of one process to the event log, besides one to listen",
    )
    database_timeout: Annotated[float, Field(gt=0, le=600)] = Field(
        30.0, description="seconds the event log has for one answer"
    )

    shards: int = Field(
        2, ge=1, le=1000, description="processes that share the entities; one a busy CPU is enough"
    )
    shard_entities: int = Field(
        60_000, ge=1, le=10_000_000, description="entities one shard keeps in memory at once"
    )
    shard_queue: int = Field(
        10_000, ge=1, le=1_000_000, description="calls that may wait for a shard; more are refused"
    )
    shard_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        20.0, description="seconds until a call to a shard has succeeded or is given up"
    )
    shard_hang_seconds: Annotated[float, Field(gt=0, le=600)] = Field(
        3.0, description="seconds of silence after which a shard hangs and is started anew"
    )
    shard_log_seconds: Annotated[float, Field(gt=0, le=600)] = Field(
        5.0, description="seconds for which a shard repeats what the event log did not answer"
    )
    snapshot_events: int = Field(
        200, ge=1, le=1_000_000, description="events of an entity from one snapshot to the next"
    )

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

    slice_pages: int = Field(4, ge=1, le=200, description="most pages in a slice")
    ocr_workers: int | None = Field(
        None,
        ge=1,
        le=10_000,
        description="slices that one run or batch reads at once; one a CPU if unset",
    )
    head_start_seconds: Annotated[float, Field(ge=0, le=600)] = Field(
        3.0,
        description="seconds for which a job reads by itself before it starts a Ray of its own; "
        "with 0 it does not read",
    )
    book_bytes: int = Field(
        2 * 1024**3, ge=1024, description="a larger file is refused as too_large"
    )
    book_pages: int = Field(20_000, ge=1, description="a longer book is refused as too_large")
    cache_bytes: int = Field(
        20 * 1024**3, ge=0, description="size to which a node's copies of fetched books are trimmed"
    )
    reading_batches: int = Field(
        4, ge=1, le=64, description="batches of uploaded books that are read at once"
    )
    reading_gather_seconds: Annotated[float, Field(ge=0, le=60)] = Field(
        0.2, description="seconds a batch waits for further books before it begins"
    )
    reading_books: int = Field(
        500, ge=1, le=10_000, description="most uploaded books in the reading room at once"
    )
    dashboard: bool = Field(
        False, description="start Ray's dashboard with a Ray that a job starts for itself"
    )

    http_host: str = Field(
        "127.0.0.1", description="where scripts/serve listens; the API asks nobody for a password"
    )
    http_port: int = Field(8000, ge=1, le=65_535, description="where scripts/serve listens")
    http_uploads: int = Field(
        8, ge=1, le=1000, description="uploads one HTTP replica takes at once; more get 429"
    )
    http_upload_seconds: Annotated[float, Field(gt=0, le=86_400)] = Field(
        3600.0, description="seconds one upload may take"
    )
    http_idle_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        60.0, description="seconds a request's body may pause"
    )
    http_request_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        30.0, description="seconds until any other request is answered, with 503 at the latest"
    )
    http_form_fields: int = Field(
        8, ge=1, le=100, description="most fields of an upload beside the file"
    )
    http_field_bytes: int = Field(
        1024, ge=64, le=65_536, description="most bytes of a field's value or a part's headers"
    )
    http_json_bytes: int = Field(
        256 * 1024, ge=1024, le=16 * 1024**2, description="most bytes of a JSON request body"
    )
    http_page_items: int = Field(100, ge=1, le=500, description="most books on one page of a list")
    http_streams: int = Field(
        100, ge=1, le=10_000, description="event streams one HTTP replica keeps open at once"
    )
    http_stream_seconds: Annotated[float, Field(gt=0, le=86_400)] = Field(
        300.0, description="seconds after which an event stream ends; its reader comes back"
    )
    http_heartbeat_seconds: Annotated[float, Field(gt=0, le=300)] = Field(
        15.0, description="seconds of silence after which an event stream sends a comment"
    )
    http_ready_seconds: Annotated[float, Field(gt=0, le=60)] = Field(
        5.0, description="seconds a dependency has to answer GET /ready"
    )
    hook_secret: SecretStr | None = Field(
        None, min_length=16, description="signs the hook's requests; without it the hook is off"
    )
    hook_buckets: str = Field(
        "",
        pattern=r"^[A-Za-z0-9._,-]*$",
        max_length=4096,
        description="buckets whose new objects the hook takes beside the store's, joined by commas",
    )

    consumer_window: int = Field(
        1000, ge=8, le=100_000, description="most events one consumer of the log has in hand"
    )
    consumer_save_seconds: Annotated[float, Field(gt=0, le=60)] = Field(
        1.0, description="seconds until what a consumer has done is noted in the log"
    )
    consumer_poll_seconds: Annotated[float, Field(gt=0, le=60)] = Field(
        1.0,
        description="seconds between looks for events nobody told of, and for letters to replay",
    )
    consumer_stop_seconds: Annotated[float, Field(ge=0, le=3600)] = Field(
        10.0, description="seconds a stopping dispatcher waits for handlers to finish"
    )

    @field_validator("languages")
    @classmethod
    def _languages_are_codes(cls, value: str) -> str:
        if not LANGUAGES.fullmatch(value):
            raise ValueError("use up to eight Tesseract codes joined by +, such as eng+fra")
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

    @property
    def database_place(self) -> str:
        """Where the event log is, without its password."""
        url = urlsplit(self.database.get_secret_value())
        return f"{url.hostname}{url.path}" if url.hostname else str(self.data_dir / "log.db")

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
