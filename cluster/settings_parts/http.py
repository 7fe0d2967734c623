"""Settings of the HTTP front."""

from typing import Annotated

from pydantic import BaseModel, Field, SecretStr


class HttpSettings(BaseModel):
    """What the HTTP front allows."""

    http_host: str = Field(
        "127.0.0.1", description="where scripts/serve listens; the API asks nobody for a password"
    )
    http_port: int = Field(8000, ge=1, le=65_535, description="where scripts/serve listens")
    http_requests: int = Field(
        300, ge=10, le=100_000, description="requests one HTTP replica answers at once"
    )
    http_queue: int = Field(
        200,
        ge=0,
        le=100_000,
        description="further requests that wait for one HTTP replica; more get 503",
    )
    http_bodies: int = Field(
        64,
        ge=1,
        le=10_000,
        description="requests whose JSON body one HTTP replica receives at once; more get 429",
    )
    http_stop_seconds: Annotated[float, Field(ge=10, le=3600)] = Field(
        30.0, description="seconds that requests under way have when an HTTP replica is to end"
    )
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
    http_page_items: int = Field(100, ge=1, le=500, description="most entries on a page of a list")
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
    http_story_bytes: int = Field(
        16 * 1024**2,
        ge=1024,
        le=256 * 1024**2,
        description="most bytes of a request about a project: bibles, chapters, drafts",
    )
    idempotency_days: Annotated[float, Field(gt=0, le=3650)] = Field(
        30.0, description="days for which a repeated Idempotency-Key is known"
    )
    http_checks: int = Field(
        4, ge=1, le=1000, description="drafts one HTTP replica checks at once; more get 429"
    )
    http_check_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        120.0, description="seconds a draft's check may take"
    )
