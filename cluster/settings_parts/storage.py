"""Settings of what is kept: objects, the event log, the shards before it."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, SecretStr


class StorageSettings(BaseModel):
    """Where things are kept, and by whom."""

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
    shard_bytes: int = Field(
        128 * 1024**2,
        ge=1024,
        le=1024**4,
        description="bytes of entities, written as JSON, that one shard keeps in memory at once; "
        "there they take several times as much",
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
