"""What buckets send when an object changes: S3's and R2's event notifications."""

import re
from typing import Annotated, Literal, NamedTuple
from urllib.parse import unquote_plus

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from api.errors import invalid, invalid_parts

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_R2_CREATED = {"PutObject", "CopyObject", "CompleteMultipartUpload"}


class Announced(NamedTuple):
    """An object of a bucket that changed; `size` in bytes."""

    bucket: str
    key: str
    size: int
    etag: str
    is_created: bool

    @property
    def uri(self) -> str:
        """Where it is; nothing in it is encoded."""
        return f"s3://{self.bucket}/{self.key}"


def _without_controls(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("a key may not hold control characters")
    return value


Key = Annotated[str, Field(min_length=1, max_length=1024), AfterValidator(_without_controls)]
"""The longest key S3 knows has 1,024 bytes."""
EncodedKey = Annotated[
    str,
    Field(min_length=1, max_length=3 * 1024),
    AfterValidator(unquote_plus),
    AfterValidator(_without_controls),
]
"""A key as in a URL's query."""
Bucket = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9._-]+$")]
Size = Annotated[int, Field(ge=0, le=2**53)]
Etag = Annotated[str, Field(max_length=200)]


class _Lenient(BaseModel):
    """Others' messages grow; what is not needed is not looked at."""

    model_config = ConfigDict(extra="ignore")


class S3Bucket(_Lenient):
    """The bucket of an S3 record."""

    name: Bucket


class S3Object(_Lenient):
    """The object of an S3 record; one that was removed has neither size nor ETag."""

    key: EncodedKey
    size: Size = 0
    eTag: Etag = ""  # noqa: N815 -- their spelling


class S3Entity(_Lenient):
    """What an S3 record is about."""

    bucket: S3Bucket
    object: S3Object


class S3Record(_Lenient):
    """One change."""

    eventName: str = Field(max_length=200)  # noqa: N815 -- their spelling
    s3: S3Entity


class S3Notification(_Lenient):
    """What S3 and what speaks like it sends."""

    Records: list[S3Record]


class S3TestEvent(_Lenient):
    """What S3 sends once when notifications are set up."""

    Event: Literal["s3:TestEvent"]


class R2Object(_Lenient):
    """The object of an R2 notification; one that was deleted has neither size nor ETag."""

    key: Key
    size: Size = 0
    eTag: Etag = ""  # noqa: N815 -- their spelling


class R2Notification(_Lenient):
    """What Cloudflare R2 sends."""

    account: str = Field(default="", max_length=200)
    action: str = Field(max_length=200)
    bucket: Bucket
    object: R2Object
    eventTime: str = Field(default="", max_length=100)  # noqa: N815 -- their spelling


Notification = S3Notification | R2Notification | S3TestEvent
_ANY = TypeAdapter[Notification](Notification)


def announced_in(body: bytes) -> list[Announced]:
    """The changed objects that a notification names.

    Raises:
        Refusal: it is no notification.
    """
    try:
        notification = _ANY.validate_json(body)
    except ValidationError as error:
        raise invalid_parts(error.errors(include_input=False), "body") from None
    match notification:
        case S3Notification():
            announced = [_of_s3(record) for record in notification.Records]
        case R2Notification():
            announced = [_of_r2(notification)]
        case S3TestEvent():
            announced = []
    if any(each.is_created and not each.etag for each in announced):
        raise invalid("body", "an object that was created has no eTag")
    return announced


def _of_s3(record: S3Record) -> Announced:
    found = record.s3.object
    return Announced(
        bucket=record.s3.bucket.name,
        key=found.key,
        size=found.size,
        etag=found.eTag.strip('"'),
        is_created=record.eventName.removeprefix("s3:").startswith("ObjectCreated:"),
    )


def _of_r2(notification: R2Notification) -> Announced:
    found = notification.object
    return Announced(
        bucket=notification.bucket,
        key=found.key,
        size=found.size,
        etag=found.eTag.strip('"'),
        is_created=notification.action in _R2_CREATED,
    )
